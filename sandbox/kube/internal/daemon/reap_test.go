package daemon

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// leftover starts a process that names a file in dir and is nobody's daemon.
func leftover(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", "while true; do sleep 0.01; done", filepath.Join(dir, "kubeconfig"))
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

func pidFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name+".pid")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestReapKillsLeftovers(t *testing.T) {
	dir := t.TempDir()
	cmd := leftover(t, dir)
	file := pidFile(t, dir, "left", strconv.Itoa(cmd.Process.Pid)+"\n")
	n, err := Reap(dir, dir)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.False(t, alive(cmd.Process.Pid))
	require.NoFileExists(t, file)
}

func TestReapSparesOthers(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	stranger := leftover(t, other)
	ended := exec.Command("/bin/true")
	require.NoError(t, ended.Run())
	// A directory whose name is only the beginning of another's is not that one.
	sibling := leftover(t, dir+"-2")
	pidFile(t, dir, "stranger", strconv.Itoa(stranger.Process.Pid))
	pidFile(t, dir, "sibling", strconv.Itoa(sibling.Process.Pid))
	pidFile(t, dir, "ended", strconv.Itoa(ended.Process.Pid))
	pidFile(t, dir, "garbage", "not a number")
	pidFile(t, dir, "init", "1")
	pidFile(t, dir, "group", "-"+strconv.Itoa(stranger.Process.Pid))
	n, err := Reap(dir, dir)
	require.NoError(t, err)
	require.Zero(t, n)
	require.True(t, alive(stranger.Process.Pid))
	require.True(t, alive(sibling.Process.Pid))
	files, err := filepath.Glob(filepath.Join(dir, "*.pid"))
	require.NoError(t, err)
	require.Empty(t, files)
}

func TestReapWithoutDirectory(t *testing.T) {
	n, err := Reap(filepath.Join(t.TempDir(), "none"), "/none")
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	f, err := Lock(path)
	require.NoError(t, err)
	_, err = Lock(path)
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorContains(t, err, strconv.Itoa(os.Getpid()))
	require.NoError(t, f.Close())
	f, err = Lock(path)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
