package commands_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/internal/commands"
)

// asProgram makes the test's own program a gomeet-sandbox: "start" runs the program
// it is in as the background process.
const asProgram = "GOMEET_SANDBOX_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		_ = os.Setenv(asProgram, "1")
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := commands.Root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "gomeet-sandbox:", err)
		os.Exit(commands.ExitCode(err))
	}
}

// world is a directory for a sandbox, with programs that are never started because
// no test makes a cluster.
type world struct {
	t          *testing.T
	dir, tools string
	ports      []string
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: filepath.Join(t.TempDir(), "it's a sandbox"), tools: t.TempDir()}
	for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"} {
		require.NoError(t, os.WriteFile(filepath.Join(w.tools, name), []byte("#!/bin/false\n"), 0o755))
	}
	free := freePorts(t, 3)
	w.ports = []string{"--api-port", free[0], "--spaces-port", free[1], "--provider-port", free[2]}
	t.Cleanup(func() { _, _, _ = w.try("reset", "--yes") })
	return w
}

// freePorts returns ports that were all free at one moment, so they differ.
func freePorts(t *testing.T, n int) (ports []string) {
	t.Helper()
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer listener.Close()
		ports = append(ports, strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
	}
	return ports
}

// try runs a command and returns what it wrote to its two outputs.
func (w *world) try(args ...string) (out, errors string, err error) {
	return w.tryWith("", args...)
}

func (w *world) tryWith(input string, args ...string) (out, errors string, err error) {
	var stdout, stderr bytes.Buffer
	root := commands.Root()
	root.SetArgs(append([]string{"--dir", w.dir, "--tools", w.tools}, args...))
	root.SetIn(strings.NewReader(input))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err = root.ExecuteContext(context.Background())
	return stdout.String(), stderr.String(), err
}

// run is try for commands that must succeed; it returns the standard output.
func (w *world) run(args ...string) string {
	w.t.Helper()
	out, errors, err := w.try(args...)
	require.NoError(w.t, err, errors)
	return out
}

// start starts the sandbox on the test's ports.
func (w *world) start() string {
	w.t.Helper()
	return w.run(append([]string{"start"}, w.ports...)...)
}

// pid is the process id of the sandbox.
func (w *world) pid() int {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "sandbox.pid"))
	require.NoError(w.t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	require.NoError(w.t, err)
	return pid
}

// requireStopped fails unless status says that the sandbox does not run, with the
// exit code 3 and the words.
func (w *world) requireStopped(words string) {
	w.t.Helper()
	_, _, err := w.try("status")
	require.ErrorContains(w.t, err, words)
	require.ErrorContains(w.t, err, `; start it with "make sandbox"`)
	require.Equal(w.t, 3, commands.ExitCode(err))
}
