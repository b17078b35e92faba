package manifests_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func shards() manifests.Shards {
	return manifests.DesignShards(
		manifests.Shard{Site: "singapore", Primary: "pgbouncer.data.svc.cluster.local:6432"},
		manifests.Shard{Site: "jakarta", Primary: "pgbouncer.singapore.gomeet.internal:6432", Replica: "postgres-replica.data.svc.cluster.local:5432"},
	)
}

// The API is not written in this repository: these pairs are what it must agree with.
func TestShardSlotVectors(t *testing.T) {
	for id, want := range map[string]int{
		"00000000-0000-0000-0000-000000000000": 69,
		"123e4567-e89b-42d3-a456-426614174000": 39,
		"ffffffff-ffff-4fff-bfff-ffffffffffff": 81,
	} {
		slot, err := manifests.ShardSlot(id)
		require.NoError(t, err)
		require.Equal(t, want, slot, id)
	}
	upper, err := manifests.ShardSlot("123E4567-E89B-42D3-A456-426614174000")
	require.NoError(t, err)
	require.Equal(t, 39, upper)
	_, err = manifests.ShardSlot("42")
	require.ErrorContains(t, err, `meeting id "42" is not a UUID`)
}

// Random ids spread like the design's ranges: 33, 33 and 34 of 100.
func TestShardsSpreadMeetings(t *testing.T) {
	const ids = 20_000
	count := map[string]int{}
	for range ids {
		shard, err := shards().Of(uuid.NewString())
		require.NoError(t, err)
		count[shard.Name]++
	}
	for _, shard := range shards() {
		want := float64(ids) * float64(shard.Last-shard.First+1) / manifests.ShardSlots
		// Ten standard deviations: sqrt(20000 * 1/3 * 2/3) is 67.
		require.InDelta(t, want, count[shard.Name], 670, shard.Name)
	}
}

func TestShardsValidate(t *testing.T) {
	require.NoError(t, shards().Validate())
	for name, c := range map[string]struct {
		change func(manifests.Shards)
		want   string
	}{
		"gap":       {func(s manifests.Shards) { s[1].First = 35 }, "shards[1].first is 35; it must be 34"},
		"overlap":   {func(s manifests.Shards) { s[0].Last = 40 }, "shards[1].first is 34; it must be 41"},
		"short":     {func(s manifests.Shards) { s[2].Last = 99 }, "complete: slots 1 to 100"},
		"homeless":  {func(s manifests.Shards) { s[2].Site = "" }, `shards[2].site is ""`},
		"nowhere":   {func(s manifests.Shards) { s[0].Primary = "" }, `shards[0].primary is ""`},
		"backwards": {func(s manifests.Shards) { s[0].Last = 0 }, "shards[0].last is 0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := shards()
			c.change(s)
			require.ErrorContains(t, s.Validate(), c.want)
		})
	}
	require.ErrorContains(t, manifests.Shards{}.Validate(), "slots 1 to 100")
}

func TestShardsInAPIConfiguration(t *testing.T) {
	a := api()
	a.Shards = shards()
	text, err := a.Render()
	require.NoError(t, err)
	golden.Equal(t, "api-shards.yaml", text)

	a.Shards[0].Last = 50
	_, err = a.Render()
	require.ErrorContains(t, err, "shards[1].first is 34")
}
