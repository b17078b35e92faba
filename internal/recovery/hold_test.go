package recovery_test

import (
	"os"
	"os/user"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/recovery"
)

// Hold is a lock as Pulumi's own: others see who has it, and nobody gets it twice.
func TestHold(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".pulumi"), 0o700))
	backend := "file://" + dir
	release, held, err := recovery.Hold(backend, "gomeet", "dev")
	require.NoError(t, err)
	require.True(t, held)
	locks, err := recovery.Locks(backend, "gomeet", "dev")
	require.NoError(t, err)
	require.Len(t, locks, 1)
	require.Equal(t, os.Getpid(), locks[0].PID)
	require.True(t, locks[0].Held())

	var running recovery.ErrRunning
	_, _, err = recovery.Hold(backend, "gomeet", "dev")
	require.ErrorAs(t, err, &running)
	other, _, err := recovery.Hold(backend, "gomeet", "prod")
	require.NoError(t, err, "another stack")
	other()

	release()
	locks, err = recovery.Locks(backend, "gomeet", "dev")
	require.NoError(t, err)
	require.Empty(t, locks)
	again, _, err := recovery.Hold(backend, "gomeet", "dev")
	require.NoError(t, err)
	again()
}

// A run that lives keeps recovery away, and nothing stays of the attempt.
func TestHoldGivesWay(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, ".pulumi", "locks", "organization", "gomeet", "dev")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "run.json"), []byte(`{"pid":7,"hostname":"elsewhere.test"}`), 0o600))
	_, _, err := recovery.Hold("file://"+dir, "gomeet", "dev")
	require.ErrorContains(t, err, "the stack is in use")
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1)

	release, held, err := recovery.Hold("s3://state", "gomeet", "dev")
	require.NoError(t, err)
	require.False(t, held, "a bucket's locks are not files")
	release()
}

// A folder is the same folder however Pulumi lets it be written.
func TestHoldWherever(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	who, err := user.Current()
	require.NoError(t, err)
	home, err := filepath.Rel(who.HomeDir, here)
	require.NoError(t, err)
	t.Setenv("HOME", t.TempDir()) // Pulumi does not ask it
	for backend, root := range map[string]string{
		"file://~/" + home: here, "file://.": here, "file://states": filepath.Join(here, "states"),
		"file://" + filepath.Join(here, "y"): filepath.Join(here, "y"), "file://./x?metadata=skip": filepath.Join(here, "x"),
		"file://a%20b": filepath.Join(here, "a b"),
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, ".pulumi"), 0o700))
		release, held, err := recovery.Hold(backend, "gomeet", "dev")
		require.NoError(t, err, backend)
		require.True(t, held, backend)
		files, err := os.ReadDir(filepath.Join(root, ".pulumi", "locks", "organization", "gomeet", "dev"))
		require.NoError(t, err, backend)
		require.Len(t, files, 1, backend)
		release()
	}
}

// A lock where no state is would let recovery believe that it is alone.
func TestHoldNothing(t *testing.T) {
	_, held, err := recovery.Hold("file://"+t.TempDir(), "gomeet", "dev")
	require.NoError(t, err)
	require.False(t, held)
}
