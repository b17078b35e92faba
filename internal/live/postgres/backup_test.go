//go:build live

package postgres_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

func (c *cluster) backup(kind string) (string, error) {
	return c.script(c.primary(), "postgres-backup.sh", nil, kind)
}

// drill runs the restore drill, and returns its metrics too.
func (c *cluster) drill(more ...string) (out string, metrics map[string]float64, err error) {
	c.t.Helper()
	m := c.members[0]
	dir := filepath.Join(m.dir, "drill")
	require.NoError(c.t, os.MkdirAll(dir, 0o700))
	process.Give(c.t, dir, owner)
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

func (c *cluster) insert(t *testing.T, n int) {
	t.Helper()
	ctx := context.Background()
	conn, err := c.connect(ctx)
	require.NoError(t, err)
	defer conn.Close(ctx)
	for range n {
		_, err := conn.Exec(ctx, "INSERT INTO participants (id, meeting_id) VALUES ($1, $1)", uuid.NewString())
		require.NoError(t, err)
	}
}

// archived waits until all that was written is in the repository, as it is a minute
// later at the latest (archive_timeout).
func (c *cluster) archived(t *testing.T) {
	t.Helper()
	db, ctx := c.superuser(t, c.primary().port), context.Background()
	var segment string
	require.NoError(t, db.QueryRow(ctx, "SELECT pg_walfile_name(pg_switch_wal())").Scan(&segment))
	require.Eventually(t, func() bool {
		var done bool
		return db.QueryRow(ctx, "SELECT coalesce(last_archived_wal >= $1, false) FROM pg_stat_archiver", segment).Scan(&done) == nil && done
	}, time.Minute, 100*time.Millisecond, "WAL does not reach the repository")
}

// A full backup, an incremental one and WAL after it; then everything is destroyed.
func TestRestoreBringsEveryRowBack(t *testing.T) {
	c := newCluster(t, 1)
	c.insert(t, 100)
	_, err := c.backup("full")
	require.NoError(t, err)
	c.insert(t, 100)
	out, err := c.backup("incr")
	require.NoError(t, err)
	require.Contains(t, out, "last backup label", "the incremental backup builds on the full one")
	c.insert(t, 100)
	c.archived(t)

	out, metrics, err := c.drill()
	require.NoError(t, err, out)
	require.EqualValues(t, 1, metrics["success"])
	t.Logf("MEASURED postgresql drill: RPO %v s, RTO %v s, %v rows", metrics["rpo_seconds"], metrics["rto_seconds"], metrics["rows"])
	require.GreaterOrEqual(t, metrics["rows"], 300.0)
	require.NoDirExists(t, filepath.Join(c.members[0].dir, "drill", "data"), "the drill leaves a copy of the data behind")

	before := time.Now()
	time.Sleep(2 * time.Second)
	c.insert(t, 7) // the mistake that a restore to a moment takes back
	c.archived(t)
	c.restore(t, nil)
	require.Equal(t, 307, c.rows(t), "rows after a restore of all there is")
	c.restore(t, &before)
	require.Equal(t, 300, c.rows(t), "rows after a restore to the moment before the mistake")
}

// restore destroys the cluster and makes a new one from the backup, as docs/recovery.md
// says: Patroni's state is removed, and its members find Restore in their configuration.
func (c *cluster) restore(t *testing.T, target *time.Time) {
	t.Helper()
	m := c.members[0]
	m.kill()
	require.NoError(t, os.RemoveAll(filepath.Join(m.dir, "data")))
	_, err := c.kubernetes.do(http.MethodDelete, "/api/v1/namespaces/"+namespace+"/endpoints?labelSelector="+
		url.QueryEscape(manifests.PatroniScopeLabel+"="+m.config.Scope), nil, nil)
	require.NoError(t, err)
	m.config.Restore = &manifests.PatroniRestore{}
	if target != nil {
		m.config.Restore.Target = *target
	}
	c.writeConfig(m)
	began := time.Now()
	c.start(m)
	c.waitUntilWhole()
	t.Logf("MEASURED postgresql restore: the cluster takes writes again after %.1f s", time.Since(began).Seconds())
}

func (c *cluster) rows(t *testing.T) (n int) {
	t.Helper()
	conn, err := c.connect(context.Background())
	require.NoError(t, err)
	defer conn.Close(context.Background())
	require.NoError(t, conn.QueryRow(context.Background(), "SELECT count(*) FROM participants").Scan(&n))
	return n
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
