package stacks_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

// What must be watched follows from the nodes of every site.
func TestWatched(t *testing.T) {
	cfg := &stacks.Config{Sites: []stacks.Site{{Name: "one"}, {Name: "two"}}, ObjectStore: stacks.ObjectStoreMinIO}
	has := map[string][]sizing.Role{"one": {sizing.RoleRedis}, "two": {sizing.RolePG, sizing.RoleSFU}}
	nodes := func(site string, role sizing.Role) int {
		if slices.Contains(has[site], role) {
			return 3
		}
		return 0
	}
	one := cfg.Watched("one", nodes)
	require.Contains(t, one.Jobs, "redis")
	require.NotContains(t, one.Jobs, "livekit")
	require.NotContains(t, one.Jobs, "postgres")
	require.Equal(t, slices.Concat(manifests.RedisBackups, manifests.RecordingsBackups, manifests.StateBackups), one.Backups)
	require.False(t, one.Drill)
	two := cfg.Watched("two", nodes)
	require.Subset(t, two.Jobs, []string{"api", "livekit", "patroni", "postgres", "pgbouncer"})
	require.NotContains(t, two.Jobs, "redis")
	require.Equal(t, manifests.PostgresBackups, two.Backups, "the primary is here")
	require.True(t, two.Drill)
	has["one"] = append(has["one"], sizing.RolePG)
	require.Empty(t, cfg.Watched("two", nodes).Backups, "a standby's site")
}
