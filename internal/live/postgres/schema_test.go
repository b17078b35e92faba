//go:build live

package postgres_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// newCluster has migrated once already.
func TestMigratingAgainChangesNothing(t *testing.T) {
	c, ctx := newCluster(t, 1), context.Background()
	db := c.superuser(t, c.primary().port)
	applied := func() (n int, when string) {
		require.NoError(t, db.QueryRow(ctx, "SELECT count(*), max(applied_at)::text FROM operations.migrations").Scan(&n, &when))
		return n, when
	}
	before, when := applied()
	c.migrate()
	again, then := applied()
	require.Equal(t, before, again)
	require.Equal(t, when, then)

	var partitions int
	require.NoError(t, db.QueryRow(ctx, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'participants'::regclass").Scan(&partitions))
	require.Equal(t, 8, partitions, "the design's partitions")

	// A step that was applied must not change any more.
	changed := filepath.Join(c.root, "migrations", "0001_participants.sql")
	require.NoError(t, os.WriteFile(changed, []byte("SELECT 1;"), 0o644))
	out, err := c.job("postgres-migrate.sh", "MIGRATIONS="+filepath.Dir(changed))
	require.Error(t, err)
	require.Contains(t, out, "0001_participants.sql changed after it was applied")

	// A step that fails leaves nothing behind.
	require.NoError(t, os.Remove(changed))
	require.NoError(t, os.WriteFile(filepath.Join(c.root, "migrations", "0003_broken.sql"), []byte("CREATE TABLE half (id int); SELECT nonsense;"), 0o644))
	_, err = c.job("postgres-migrate.sh", "MIGRATIONS="+filepath.Dir(changed))
	require.Error(t, err)
	var half bool
	require.NoError(t, db.QueryRow(ctx, "SELECT to_regclass('half') IS NOT NULL").Scan(&half))
	require.False(t, half)
}

// What a role may not do matters as much as what it may.
func TestRolesAreNarrow(t *testing.T) {
	c, ctx := newCluster(t, 1), context.Background()
	api, err := c.connect(ctx)
	require.NoError(t, err)
	defer api.Close(ctx)
	_, err = api.Exec(ctx, "INSERT INTO participants (id, meeting_id) VALUES (gen_random_uuid(), gen_random_uuid())")
	require.NoError(t, err)
	for _, forbidden := range []string{"DROP TABLE participants", "CREATE TABLE x ()", "SELECT * FROM pg_authid", "SELECT * FROM pooler.lookup('gomeet_api')"} {
		_, err = api.Exec(ctx, forbidden)
		require.Error(t, err, forbidden)
	}
	db := c.superuser(t, c.primary().port)
	var secrets int
	require.NoError(t, db.QueryRow(ctx, "SELECT count(*) FROM pooler.lookup('postgres')").Scan(&secrets))
	require.Zero(t, secrets, "the pooler can read the superuser's secret")
	require.NoError(t, db.QueryRow(ctx, "SELECT count(*) FROM pooler.lookup('gomeet_api') WHERE secret LIKE 'SCRAM-SHA-256$%'").Scan(&secrets))
	require.Equal(t, 1, secrets)
	_, err = api.Exec(ctx, "SELECT pg_sleep(5.5)")
	require.ErrorContains(t, err, "statement timeout", "the server must end a slow statement before the pooler does")
}
