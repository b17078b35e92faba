package daemon

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shell returns the spec of a program that runs a shell script in a new
// directory, and that directory.
func shell(t *testing.T, script string) (Spec, string) {
	t.Helper()
	dir := t.TempDir()
	return Spec{
		Name:    "sh",
		Path:    "/bin/sh",
		Args:    []string{"-c", script, dir + "/arg"},
		Env:     []string{"PATH=" + os.Getenv("PATH")},
		Dir:     dir,
		LogFile: filepath.Join(dir, "log"),
		PidFile: filepath.Join(dir, "sh.pid"),
	}, dir
}

var quiet = slog.New(slog.DiscardHandler)

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 30*time.Second, 5*time.Millisecond, what)
}

func TestDaemonRunsUntilStopped(t *testing.T) {
	spec, dir := shell(t, "echo $KEY; pwd; exec sleep 1000")
	spec.Env = append(spec.Env, "KEY=value")
	d := Start(spec, quiet)
	eventually(t, "output", func() bool { return LastLine(spec.LogFile) == dir })
	log, err := os.ReadFile(spec.LogFile)
	require.NoError(t, err)
	require.Equal(t, "value\n"+dir+"\n", string(log))
	pid := d.PID()
	require.NoError(t, syscall.Kill(pid, 0))
	d.Stop(10 * time.Second)
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
	require.Zero(t, d.PID())
	require.NoFileExists(t, spec.PidFile)
	n, err := d.Failures()
	require.Zero(t, n)
	require.NoError(t, err)
	d.Stop(0) // again, harmless
}

func TestDaemonIsStartedAgain(t *testing.T) {
	spec, _ := shell(t, "echo run; exec sleep 1000")
	d := Start(spec, quiet)
	defer d.Stop(time.Second)
	eventually(t, "first run", func() bool { return d.PID() != 0 })
	first := d.PID()
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	eventually(t, "second run", func() bool { return d.PID() != 0 && d.PID() != first })
	n, err := d.Failures()
	require.Equal(t, 1, n)
	require.ErrorContains(t, err, "killed")
}

func TestDaemonThatKeepsFailing(t *testing.T) {
	tests := map[string]struct {
		change func(*Spec)
		want   string
	}{
		"exits with a status":  {func(s *Spec) { s.Args[1] = "exit 3" }, "exit status 3"},
		"exits without error":  {func(s *Spec) { s.Args[1] = "true" }, "exit status 0"},
		"is not there":         {func(s *Spec) { s.Path = "/nonexistent/program" }, "no such file"},
		"has no log directory": {func(s *Spec) { s.LogFile = "/nonexistent/log" }, "log file"},
		"cannot be prepared": {func(s *Spec) {
			s.BeforeStart = func(context.Context) error { return errors.New("not yet") }
		}, "preparing sh: not yet"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec, _ := shell(t, "")
			tc.change(&spec)
			d := Start(spec, quiet)
			defer d.Stop(time.Second)
			eventually(t, "two failures", func() bool { n, _ := d.Failures(); return n >= 2 })
			_, err := d.Failures()
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestBeforeStartRunsBeforeEveryStart(t *testing.T) {
	var prepared atomic.Int32
	spec, _ := shell(t, "exec sleep 1000")
	spec.BeforeStart = func(context.Context) error { prepared.Add(1); return nil }
	d := Start(spec, quiet)
	defer d.Stop(time.Second)
	eventually(t, "first run", func() bool { return d.PID() != 0 })
	first := d.PID()
	require.EqualValues(t, 1, prepared.Load())
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	eventually(t, "second run", func() bool { return d.PID() != 0 && d.PID() != first })
	require.EqualValues(t, 2, prepared.Load())
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	spec, _ := shell(t, "trap '' TERM; echo deaf; while true; do sleep 0.01; done")
	d := Start(spec, quiet)
	eventually(t, "started", func() bool { return LastLine(spec.LogFile) == "deaf" })
	pid := d.PID()
	d.Stop(10 * time.Millisecond)
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
}

func TestLogFileIsEmptiedWhenLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(path, []byte("old\n"), 0o600))
	f, err := openLog(path)
	require.NoError(t, err)
	_, err = f.WriteString("new\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old\nnew\n", string(got))

	require.NoError(t, os.Truncate(path, maxLog+1))
	f, err = openLog(path)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Size())
	require.Empty(t, LastLine(path))
	require.Empty(t, LastLine(path+".none"))
}
