package e2e_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// script runs a script of tools/ci on the stack dev and returns its output and exit code.
func (w *world) script(line string) (string, int) {
	w.t.Helper()
	output, err := w.shell("dev", line)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return output, exit.ExitCode()
	}
	require.NoError(w.t, err, output)
	return output, 0
}

// The way of a change through CI, with the real engine: previewed and priced, held back
// by a limit, deployed, and priced again as no change. The scripts are those that the
// workflows call.
func TestCI(t *testing.T) {
	w := newWorld(t)
	w.run("make", "--no-print-directory", "stack", "STACK=dev")
	folder := filepath.Join(w.dir, "ci")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		return string(text)
	}

	output, code := w.script("tools/ci/preview dev " + folder)
	require.Zero(t, code, output)
	require.Contains(t, output, "+ digitalocean:index/kubernetesCluster:KubernetesCluster: (create)")
	require.Contains(t, read("comment.md"), "<!-- gomeet-cost dev -->\n**Stack `dev`: $0.00 → $")
	require.Contains(t, read("cost.html"), "Cost of stack dev")
	require.True(t, json.Valid([]byte(read("cost.json"))))
	require.True(t, json.Valid([]byte(read("preview.json"))))
	require.True(t, json.Valid([]byte(read("policy.json"))))
	require.Contains(t, read("comment.md"), "<summary>Policies: nothing is violated</summary>")
	require.Zero(t, w.inventory(), "a preview makes nothing")

	output, code = w.script("pulumi config set --stack dev gomeet:protect true && tools/ci/preview dev " + folder + "; code=$?; pulumi config rm --stack dev gomeet:protect; exit $code")
	require.Equal(t, 1, code, output)
	require.Contains(t, read("comment.md"), "<details open><summary>Policies: something is violated</summary>")
	require.Contains(t, read("comment.md"), "gomeet-high-availability")
	require.Contains(t, read("comment.md"), "a policy is violated; the log says which")
	require.Zero(t, w.inventory(), "what breaks a policy is not made")

	output, code = w.script("GOMEET_MAX_MONTHLY=10 tools/ci/preview dev " + folder)
	require.Equal(t, 3, code, output)
	require.Contains(t, read("comment.md"), "Over the limit: --max-monthly")
	output, code = w.script("GOMEET_MAX_INCREASE=10 tools/ci/up dev " + folder)
	require.Equal(t, 4, code, output)
	require.Zero(t, w.inventory(), "over the limit, nothing is deployed")

	output, code = w.script("GOMEET_MAX_MONTHLY=1000 tools/ci/up dev " + folder)
	require.Zero(t, code, output)
	require.Contains(t, output, "Stack dev")
	output, code = w.script("GOMEET_MAX_INCREASE=0 tools/ci/preview dev " + folder)
	require.Zero(t, code, output)
	require.Contains(t, read("comment.md"), "nothing that costs money changes")

	output, code = w.script("pulumi config set --stack dev gomeet:meetings none && tools/ci/preview dev " + folder)
	require.Equal(t, 1, code, output)
	require.Contains(t, read("comment.md"), "there is no preview")
	output, code = w.script("tools/ci/preview nosuch " + folder)
	require.Equal(t, 1, code)
	require.Contains(t, output, "there is no Pulumi.nosuch.yaml")
}

// gh stands in for GitHub's command line: it keeps its arguments and knows one comment.
const gh = `#!/bin/sh
echo "$*" >>"$GH_LOG"
case "$*" in *--paginate*) [ -z "$GH_KNOWS" ] || echo "$GH_KNOWS";; esac
`

// A stack has one comment on a pull request, however often it is previewed.
func TestComment(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o755))
		return path
	}
	write("gh", gh)
	good := write("comment.md", "<!-- gomeet-cost prod -->\n**Stack `prod`**\n")
	bad := write("other.md", "<!-- gomeet-cost prod\") | halt -->\n")
	for name, c := range map[string]struct {
		file, number, known, want string
	}{
		"the first":      {good, "7", "", "--method POST repos/gomeet/infra/issues/7/comments"},
		"the next":       {good, "7", "42", "--method PATCH repos/gomeet/infra/issues/comments/42"},
		"no mark":        {bad, "7", "", ""},
		"no such number": {good, "7/../8", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "log")
			cmd := exec.Command(filepath.Join(root, "tools", "ci", "comment"), c.file, c.number)
			cmd.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"), "GH_LOG="+log, "GH_KNOWS="+c.known, "GITHUB_REPOSITORY=gomeet/infra")
			output, err := cmd.CombinedOutput()
			if c.want == "" {
				require.Error(t, err)
				require.NoFileExists(t, log, "GitHub is not asked")
				return
			}
			require.NoError(t, err, string(output))
			said, err := os.ReadFile(log)
			require.NoError(t, err)
			require.Contains(t, string(said), c.want)
		})
	}
}
