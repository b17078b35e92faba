//go:build live

// Package state_test runs the scripts that copy state and backups to another region.
// The buckets are directories: rclone names both the same way.
package state_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

func TestStateComesBackEncrypted(t *testing.T) {
	for _, program := range []string{"rclone", "age", "age-keygen", "tar"} {
		process.Need(t, program)
	}
	dir := t.TempDir()
	process.Scripts(t, dir)
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, exec.Command("age-keygen", "-o", path("identity")).Run())
	recipient, err := exec.Command("age-keygen", "-y", path("identity")).Output()
	require.NoError(t, err)
	const state = `{"secret":"plain text of a stack"}`
	write(t, path("state/.pulumi/stacks/prod.json"), state)

	run := func(source string) (string, error) {
		return process.Script([]string{"STATE_REMOTE=" + source, "BACKUP_REMOTE=" + path("elsewhere"), "METRICS_DIR=" + dir,
			"BACKUP_RECIPIENT=" + strings.TrimSpace(string(recipient))}, path("state-backup.sh"))
	}
	_, err = run(path("state"))
	require.NoError(t, err)
	archives, err := filepath.Glob(path("elsewhere/*.tar.gz.age"))
	require.NoError(t, err)
	require.Len(t, archives, 1)
	cipher, err := os.ReadFile(archives[0])
	require.NoError(t, err)
	require.False(t, bytes.Contains(cipher, []byte("plain text")))
	require.FileExists(t, path("gomeet_backup_state_archive.prom"))

	// The command that the script's head gives.
	out, err := exec.Command("sh", "-c", `age -d -i "$1" "$2" | tar -xzO ./pulumi/.pulumi/stacks/prod.json`, "sh", path("identity"), archives[0]).Output()
	require.NoError(t, err)
	require.Equal(t, state, string(out))

	require.NoError(t, os.Remove(path("gomeet_backup_state_archive.prom")))
	_, err = run(path("nowhere"))
	require.Error(t, err, "no state is no success")
	require.NoFileExists(t, path("gomeet_backup_state_archive.prom"), "a failed backup must not look like one")
}

func TestCopyLeavesTheRegion(t *testing.T) {
	process.Need(t, "rclone")
	dir := t.TempDir()
	process.Scripts(t, dir)
	home, away := filepath.Join(dir, "home"), filepath.Join(dir, "away")
	run := func() error {
		_, err := process.Script([]string{"BACKUP_SOURCE=" + home, "BACKUP_COPY=" + away}, filepath.Join(dir, "offsite-copy.sh"))
		return err
	}
	write(t, filepath.Join(home, "backup/gomeet/backup.info"), "one")
	write(t, filepath.Join(home, "backup/gomeet/old/bundle"), "data")
	require.NoError(t, run())
	require.FileExists(t, filepath.Join(away, "backup/gomeet/backup.info"))

	// What expired at home goes, what is new comes.
	require.NoError(t, os.RemoveAll(filepath.Join(home, "backup/gomeet/old")))
	write(t, filepath.Join(home, "backup/gomeet/new/bundle"), "data")
	require.NoError(t, run())
	require.NoFileExists(t, filepath.Join(away, "backup/gomeet/old/bundle"))
	require.FileExists(t, filepath.Join(away, "backup/gomeet/new/bundle"))

	// A region that lost everything must not take the copy with it.
	require.NoError(t, os.RemoveAll(home))
	require.NoError(t, os.MkdirAll(home, 0o755))
	require.Error(t, run())
	require.FileExists(t, filepath.Join(away, "backup/gomeet/new/bundle"))
}

func write(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
}
