//go:build live

package redis_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// backups is a place for backups and the keys that they are encrypted with. The place
// is a directory: rclone writes to a bucket with the same commands.
type backups struct{ remote, identity, recipient string }

func newBackups(t *testing.T) backups {
	t.Helper()
	process.Need(t, "age-keygen")
	process.Need(t, "rclone")
	dir := t.TempDir()
	b := backups{remote: filepath.Join(dir, "bucket"), identity: filepath.Join(dir, "identity")}
	require.NoError(t, exec.Command("age-keygen", "-o", b.identity).Run())
	recipient, err := exec.Command("age-keygen", "-y", b.identity).Output()
	require.NoError(t, err)
	b.recipient = strings.TrimSpace(string(recipient))
	return b
}

func (c *cluster) backup(b backups, kind string) (string, error) {
	return process.Script(c.env("BACKUP_REMOTE="+b.remote, "BACKUP_RECIPIENT="+b.recipient), c.path("redis-backup.sh"), kind)
}

func (c *cluster) restore(b backups) (string, error) {
	return process.Script(c.env("BACKUP_REMOTE="+b.remote, "AGE_IDENTITY="+b.identity,
		"REDIS_TLS_CERT="+c.cert.Cert, "REDIS_TLS_KEY="+c.cert.Key,
		fmt.Sprintf("RESTORE_PORT=%d", process.FreePort(c.t, 0, "127.0.0.1")),
	), c.path("redis-restore.sh"))
}

// destroy takes all servers and all data away and creates an empty cluster.
func (c *cluster) destroy() {
	for i := range nodes {
		c.server[i].Kill()
		require.NoError(c.t, os.RemoveAll(c.dir(i)))
		require.NoError(c.t, os.Mkdir(c.dir(i), 0o755))
		c.start(i)
	}
	c.repair()
}

func TestRestoreBringsEveryKeyBack(t *testing.T) {
	const rooms = 500
	c, b, ctx := newCluster(t), newBackups(t), context.Background()
	c.repair()
	write(t, c, rooms)
	client := c.client()
	require.NoError(t, client.HSet(ctx, "gomeet:sessions:{m}:u", "name", "Ayu").Err())
	require.NoError(t, client.Expire(ctx, "gomeet:sessions:{m}:u", time.Hour).Err())
	require.NoError(t, client.RPush(ctx, "gomeet:chat:{m}", "one", "two").Err())
	require.NoError(t, client.XAdd(ctx, &redis.XAddArgs{Stream: "gomeet:signaling:{m}", Values: []string{"offer", "sdp"}}).Err())

	out, err := c.backup(b, "hourly")
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(out, "shard "), "one snapshot per shard:\n%s", out)
	c.destroy()
	require.Zero(t, read(t, c, rooms), "the data is not destroyed: the restore would prove nothing")

	began := time.Now()
	out, err = c.restore(b)
	require.NoError(t, err)
	t.Logf("MEASURED redis restore of %d keys: %.1f s", rooms+3, time.Since(began).Seconds())
	require.Contains(t, out, fmt.Sprintf("%d keys", rooms+3))
	require.Equal(t, rooms, read(t, c, rooms))
	client = c.client()
	require.Equal(t, map[string]string{"name": "Ayu"}, client.HGetAll(ctx, "gomeet:sessions:{m}:u").Val())
	require.InDelta(t, time.Hour.Seconds(), client.TTL(ctx, "gomeet:sessions:{m}:u").Val().Seconds(), 300)
	require.Equal(t, []string{"one", "two"}, client.LRange(ctx, "gomeet:chat:{m}", 0, -1).Val())
	require.EqualValues(t, 1, client.XLen(ctx, "gomeet:signaling:{m}").Val())

	_, err = c.restore(b)
	require.ErrorContains(t, err, "set RESTORE_REPLACE=1", "a restore must not overwrite by accident")
}

func TestRestoreOfABadBackupFails(t *testing.T) {
	c := newCluster(t)
	c.repair()
	write(t, c, 50)
	for name, spoil := range map[string]func(t *testing.T, b backups){
		"missing":      func(t *testing.T, b backups) { require.NoError(t, os.RemoveAll(b.remote)) },
		"corrupted":    func(t *testing.T, b backups) { flip(t, one(t, b, "*.age")) },
		"incomplete":   func(t *testing.T, b backups) { require.NoError(t, os.Remove(one(t, b, "*.age"))) },
		"no checksums": func(t *testing.T, b backups) { require.NoError(t, os.Remove(one(t, b, "SHA256SUMS"))) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBackups(t)
			_, err := c.backup(b, "hourly")
			require.NoError(t, err)
			spoil(t, b)
			_, err = c.restore(b)
			require.Error(t, err)
			require.Contains(t, err.Error(), "redis-restore.sh: ", "the script must say why it stops")
			require.Equal(t, 50, read(t, c, 50), "a failed restore changed the cluster")
		})
	}
}

// Backups older than their retention go; others stay.
func TestBackupRetention(t *testing.T) {
	c, b := newCluster(t), newBackups(t)
	c.repair()
	for _, kind := range []string{"hourly", "daily"} {
		for name, age := range map[string]time.Duration{"old": 31 * 24 * time.Hour, "yesterday": 25 * time.Hour} {
			path := filepath.Join(b.remote, kind, name, "SHA256SUMS")
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, nil, 0o600))
			require.NoError(t, os.Chtimes(path, time.Now().Add(-age), time.Now().Add(-age)))
		}
		_, err := c.backup(b, kind)
		require.NoError(t, err)
		require.NoDirExists(t, filepath.Join(b.remote, kind, "old"))
	}
	require.NoDirExists(t, filepath.Join(b.remote, "hourly", "yesterday"), "hourly backups are kept for 24 hours")
	require.DirExists(t, filepath.Join(b.remote, "daily", "yesterday"), "daily backups are kept for 30 days")
}

// one returns one file of the newest backup.
func one(t *testing.T, b backups, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.remote, "hourly", "*", pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files[0]
}

// flip changes one byte in the middle of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	content[len(content)/2] ^= 0xff
	require.NoError(t, os.WriteFile(path, content, 0o600))
}
