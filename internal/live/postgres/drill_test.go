//go:build live

package postgres_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// drill runs the restore drill, and returns its metrics too.
func (c *cluster) drill(more ...string) (out string, metrics map[string]float64, err error) {
	c.t.Helper()
	m := c.members[0]
	dir := filepath.Join(m.dir, "drill")
	require.NoError(c.t, os.MkdirAll(dir, 0o700))
	process.Give(c.t, dir, owner)
	defer c.hideAccessFiles(m)()
	out, err = c.script(m, "postgres-drill.sh", append([]string{"DRILL_DIR=" + dir}, more...))
	text, readErr := os.ReadFile(filepath.Join(m.dir, "gomeet_restore_drill_postgresql.prom"))
	require.NoError(c.t, readErr, "the drill wrote no metrics")
	metrics = map[string]float64{}
	for _, match := range regexp.MustCompile(`(?m)^gomeet_restore_drill_(\w+)\{.*\} (\S+)$`).FindAllStringSubmatch(string(text), -1) {
		metrics[match[1]], readErr = strconv.ParseFloat(match[2], 64)
		require.NoError(c.t, readErr)
	}
	return out, metrics, err
}

// hideAccessFiles takes away the files that the member's postgresql.conf names by their
// whole path (Patroni writes it so). A drill has a pod of its own, where they are not. The
// member has read them, and reads them again only when it is reloaded.
func (c *cluster) hideAccessFiles(m *member) (back func()) {
	c.t.Helper()
	data := filepath.Join(m.dir, "data")
	config, err := os.ReadFile(filepath.Join(data, "postgresql.conf"))
	require.NoError(c.t, err)
	names := []string{"pg_hba.conf", "pg_ident.conf"}
	for _, name := range names {
		require.Contains(c.t, string(config), "'"+filepath.Join(data, name)+"'", "what is hidden must be what the configuration names")
		require.NoError(c.t, os.Rename(filepath.Join(data, name), filepath.Join(m.dir, name)))
	}
	return func() {
		for _, name := range names {
			require.NoError(c.t, os.Rename(filepath.Join(m.dir, name), filepath.Join(data, name)))
		}
	}
}

func TestDrillFailsLoudly(t *testing.T) {
	c := newCluster(t, 1)
	failed := func(t *testing.T, want string, more ...string) {
		t.Helper()
		out, metrics, err := c.drill(more...)
		require.Error(t, err, out)
		require.Contains(t, out, "postgres-drill.sh: FAILED: ")
		require.Contains(t, out, want)
		require.Zero(t, metrics["success"])
	}
	t.Run("no backup", func(t *testing.T) { failed(t, "has no backup") })

	c.insert(t, 50)
	db := c.superuser(t, c.primary().port)
	require.Eventually(t, func() bool { // the backup notes what the statistics say
		var rows int
		return db.QueryRow(context.Background(), "SELECT sum(n_live_tup) FROM pg_stat_user_tables").Scan(&rows) == nil && rows >= 50
	}, time.Minute, 200*time.Millisecond)
	_, err := c.backup("full")
	require.NoError(t, err)
	out, metrics, err := c.drill()
	require.NoError(t, err, "without a fault the drill must pass, or its failures prove nothing:\n%s", out)
	require.EqualValues(t, 1, metrics["success"])

	t.Run("too old", func(t *testing.T) {
		time.Sleep(2 * time.Second)
		failed(t, "s old", "DRILL_MAX_RPO_SECONDS=1")
	})
	t.Run("wrong key", func(t *testing.T) { failed(t, "cannot read the repository", "PGBACKREST_REPO1_CIPHER_PASS=another") })
	t.Run("emptied", func(t *testing.T) {
		// Complete and correct, but not what was there: the rows that the newest
		// backup's note speaks of are gone when it is restored.
		_, err := db.Exec(context.Background(), "TRUNCATE participants")
		require.NoError(t, err)
		c.archived(t)
		failed(t, "rows restored, about")
	})
	t.Run("corrupted", func(t *testing.T) {
		c.corrupt(t)
		failed(t, "cannot be restored")
	})
}

// corrupt flips a byte in the middle of the largest object of the newest backup.
func (c *cluster) corrupt(t *testing.T) {
	t.Helper()
	prefix := "live:" + bucket + "/postgresql/backup/gomeet"
	out, err := c.storage.rclone("lsf", "-R", "--files-only", "--format", "sp", prefix)
	require.NoError(t, err, out)
	largest, name := 0, ""
	for line := range strings.Lines(out) {
		size, path, _ := strings.Cut(strings.TrimSpace(line), ";")
		if n, err := strconv.Atoi(size); err == nil && n > largest && !strings.Contains(path, "manifest") {
			largest, name = n, path
		}
	}
	require.NotEmpty(t, name, out)
	file := filepath.Join(t.TempDir(), "object")
	out, err = c.storage.rclone("copyto", prefix+"/"+name, file)
	require.NoError(t, err, out)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	content[len(content)/2] ^= 0xff
	require.NoError(t, os.WriteFile(file, content, 0o600))
	out, err = c.storage.rclone("copyto", "--ignore-times", file, prefix+"/"+name)
	require.NoError(t, err, out)
	t.Logf("flipped a byte of %s (%d bytes)", name, largest)
}
