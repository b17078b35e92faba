package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// limit ends a command that hangs. It is a guard, not a measurement.
const limit = 10 * time.Minute

// world is a sandbox of the test's own and the repository that deploys to it.
type world struct {
	t    *testing.T
	root string
	dir  string
	env  []string
}

// newWorld starts a sandbox on free ports. It is stopped, and its data deleted,
// when the test ends.
func newWorld(t *testing.T) *world {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := t.TempDir()
	w := &world{t: t, root: root, dir: dir}
	w.env = append(os.Environ(),
		"GOMEET_SANDBOX_DIR="+dir,
		"GOMEET_TOOLS="+filepath.Join(root, "tools", "bin"),
	)
	require.FileExists(t, w.tool("gomeet-sandbox"), `run "make commands" first`)
	w.start()
	t.Cleanup(func() { _, _ = w.try(w.tool("gomeet-sandbox"), "reset", "--yes") })
	return w
}

func (w *world) tool(name string) string { return filepath.Join(w.root, "tools", "bin", name) }

// start starts the sandbox; ports are chosen on the first start and kept.
func (w *world) start() {
	w.t.Helper()
	args := []string{"start"}
	if _, err := os.Stat(filepath.Join(w.dir, "state")); err != nil {
		args = append(args, "--api-port", freePort(w.t), "--spaces-port", freePort(w.t), "--provider-port", freePort(w.t))
	}
	w.run(w.tool("gomeet-sandbox"), args...)
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// try runs a command in the repository and returns its combined output.
func (w *world) try(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = w.root, w.env
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	return output.String(), err
}

// run is try for commands that must succeed.
func (w *world) run(name string, args ...string) string {
	w.t.Helper()
	output, err := w.try(name, args...)
	require.NoError(w.t, err, "%s %s:\n%s", filepath.Base(name), strings.Join(args, " "), output)
	return output
}

// make runs one of the repository's make targets.
func (w *world) make(target, stack string) string {
	w.t.Helper()
	w.t.Logf("make %s STACK=%s", target, stack)
	return w.run("make", "--no-print-directory", target, "STACK="+stack)
}

// shell runs a script as a user would type it: in the environment that "make env"
// prints. "make end-to-end" has built the commands.
func (w *world) shell(stack, script string) (string, error) {
	w.t.Logf("$ %s", script)
	return w.try("bash", "-c", `eval "$(make -s -o tools -o commands env STACK=`+stack+`)" && `+script)
}

// inventory returns how many resources exist in the sandbox, of all kinds.
func (w *world) inventory() int {
	w.t.Helper()
	var kinds map[string]int
	require.NoError(w.t, json.Unmarshal([]byte(w.run(w.tool("gomeet-sandbox"), "inventory", "--json")), &kinds))
	require.Contains(w.t, kinds, "vpcs")
	total := 0
	for _, n := range kinds {
		total += n
	}
	return total
}

// processes returns the processes whose command line names the sandbox's folder.
func (w *world) processes() []string {
	w.t.Helper()
	output, err := exec.Command("pgrep", "-fa", "--", w.dir).Output()
	if err != nil {
		return nil // pgrep finds nothing.
	}
	return strings.Split(strings.TrimSpace(string(output)), "\n")
}
