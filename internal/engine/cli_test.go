package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/engine"
)

// fake puts a pulumi on PATH that answers from this package's test data and writes down
// its arguments; it fails when the stack is called "broken".
func fake(t *testing.T) (*engine.CLI, func() []string) {
	t.Helper()
	data, err := filepath.Abs("testdata")
	require.NoError(t, err)
	folder := t.TempDir()
	script := `#!/bin/sh
case "$1" in version) echo v3.262.0; exit;; esac
echo "$*" >>` + folder + `/log
echo "looking" >&2
case "$*" in
*broken*) echo '{"changeSummary":{},"steps":[],"diagnostics":[{"message":"no credentials","severity":"error"}]}'; exit 255;;
*missing*) echo "error: no stack named 'missing' found" >&2; exit 255;;
*preview*) cat ` + data + `/preview.json;;
*) cat ` + data + `/state.json;;
esac
`
	require.NoError(t, os.WriteFile(filepath.Join(folder, "pulumi"), []byte(script), 0o755))
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	var said bytes.Buffer
	cli, err := engine.NewCLI(folder, &said)
	require.NoError(t, err)
	return cli, func() []string {
		log, err := os.ReadFile(filepath.Join(folder, "log"))
		require.NoError(t, err)
		require.Contains(t, said.String(), "looking", "the user sees what pulumi says")
		return strings.Split(strings.TrimSpace(string(log)), "\n")
	}
}

// These are all commands that are ever run, and none can change a stack or the cloud.
func TestCommandsOnlyRead(t *testing.T) {
	cli, log := fake(t)
	preview, raw, err := cli.Preview(t.Context(), "dev", "--diff")
	require.NoError(t, err)
	require.Len(t, preview.Steps, 3)
	require.Contains(t, string(raw), "changeSummary")
	refreshed, err := cli.RefreshPreview(t.Context(), "dev")
	require.NoError(t, err)
	require.Len(t, refreshed.Steps, 3)
	resources, err := cli.State(t.Context(), "dev")
	require.NoError(t, err)
	require.Len(t, resources, 2)
	require.Equal(t, []string{
		"--non-interactive preview --json --show-sames --stack dev --diff",
		"--non-interactive refresh --preview-only --json --stack dev",
		"--non-interactive stack export --stack dev",
	}, log())
}

// A command that fails says why: a preview in its JSON, others on standard error.
func TestCommandsThatFail(t *testing.T) {
	cli, _ := fake(t)
	_, _, err := cli.Preview(t.Context(), "broken")
	require.ErrorContains(t, err, "pulumi preview --json --show-sames --stack broken")
	require.ErrorContains(t, err, "no credentials")
	_, err = cli.State(t.Context(), "missing")
	require.ErrorContains(t, err, "no stack named 'missing' found")
}

func TestNoPulumi(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := engine.NewCLI(".", nil)
	require.ErrorContains(t, err, "looking for pulumi on PATH")
}
