package e2e_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// costs is what "gomeet cost -o json" prints, as far as this test reads it.
type costs struct {
	Before, After, Difference struct{ Expected string }
	Exceeded                  []struct{ ExitCode int }
}

// cost runs "gomeet cost" on the stack dev and returns its JSON and exit code.
func (w *world) cost(args string) (costs, int) {
	w.t.Helper()
	output, err := w.shell("dev", "gomeet cost --stack dev -o json "+args+` 2>"$GOMEET_SANDBOX_DIR/cost.err"`)
	code := 0
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(w.t, err, &exit)
		code = exit.ExitCode()
	}
	var view costs
	said, _ := os.ReadFile(filepath.Join(w.dir, "cost.err"))
	require.NoError(w.t, json.Unmarshal([]byte(output), &view), "%s%s", output, said)
	return view, code
}

// changes returns how many requests that change something reached the sandbox.
func (w *world) changes() int {
	w.t.Helper()
	log, err := os.ReadFile(filepath.Join(w.dir, "requests.jsonl"))
	require.NoError(w.t, err)
	changes := 0
	for line := range bytes.Lines(log) {
		var request struct{ Method string }
		require.NoError(w.t, json.Unmarshal(line, &request))
		if request.Method != "GET" && request.Method != "HEAD" {
			changes++
		}
	}
	return changes
}

// The cost of a stack that is to be made, is deployed and is to change, by the real
// engine; no question about it changes anything.
func TestCost(t *testing.T) {
	w := newWorld(t).compiled()
	w.run("make", "--no-print-directory", "stack", "STACK=dev")
	fresh, code := w.cost("")
	require.Zero(t, code)
	require.Equal(t, "0", fresh.Before.Expected)

	w.proveReadme(w.make("up", "dev"))
	before := w.changes()
	same, code := w.cost("--max-increase 0 --max-increase-percent 0")
	require.Zero(t, code)
	require.Equal(t, "0", same.Difference.Expected)
	require.Equal(t, fresh.After.Expected, same.After.Expected, "deployed as promised")
	deployed, code := w.cost("--state")
	require.Zero(t, code)
	require.Equal(t, same.After.Expected, deployed.After.Expected)

	output, err := w.shell("dev", `pulumi config set --stack dev --path gomeet:pools.sfu.count 3`)
	require.NoError(t, err, output)
	saved := filepath.Join(w.dir, "preview.json")
	more, code := w.cost("--max-increase 83.99 --save-preview " + saved)
	require.Equal(t, 4, code, "two c-2 more are $84.00")
	require.Equal(t, "84", more.Difference.Expected)
	require.Equal(t, 4, more.Exceeded[0].ExitCode)
	again, code := w.cost("--max-monthly 1 --preview-file " + saved)
	require.Equal(t, 3, code)
	require.Equal(t, more.Difference, again.Difference, "a saved preview needs no engine")
	require.Equal(t, before, w.changes(), "questions change nothing")

	preview, err := w.shell("dev", "pulumi preview --stack dev --non-interactive")
	require.NoError(t, err, preview)
	require.Contains(t, preview, "cost per month at list prices: $", "the engine's own preview shows it too")
	require.Regexp(t, `~ expected: "\d+\.\d\d" => "\d+\.\d\d"`, preview, "and what the change does to it")
}
