//go:build live

package postgres_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
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

// Incremental backups go after a week, and full ones stay: with the week cut to nothing,
// the incremental one goes at once.
func TestIncrementalBackupsExpire(t *testing.T) {
	c := newCluster(t, 1)
	for _, kind := range []string{"full", "incr"} {
		_, err := c.backup(kind)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"full", "incr"}, c.kinds(t))
	time.Sleep(1100 * time.Millisecond) // ages are in seconds
	_, err := c.script(c.primary(), "postgres-backup.sh", []string{"INCR_DAYS=-1"}, "full")
	require.NoError(t, err)
	require.Equal(t, []string{"full", "full"}, c.kinds(t))
}

// kinds returns the kinds of the backups in the repository, oldest first.
func (c *cluster) kinds(t *testing.T) []string {
	t.Helper()
	m := c.members[0]
	out, err := process.Run(process.Options{Dir: m.dir, User: owner, Env: c.env(m)}, "sh", "-c",
		"pgbackrest --stanza=gomeet --output=json info | jq -r '.[0].backup[].type'")
	require.NoError(t, err)
	return strings.Fields(out)
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
