package e2e_test

import (
	"maps"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/client-go/kubernetes"
)

// sites are those of prod.
var sites = []string{"singapore", "jakarta"}

// nodeLimits are how many nodes prod's autoscaled pools have at least and at most: together
// the design's 8 to 20 for media, and 12 to 50 for the API: the design's 10 would leave
// Jakarta 3, but one pod of each of the five services, one to a node, takes 5.
var nodeLimits = map[string][2]int{
	"singapore sfu": {5, 13}, "jakarta sfu": {3, 7}, "singapore api": {7, 33}, "jakarta api": {5, 17},
}

// scaling makes prod busy and idle again. Its autoscalers and its pools go to their
// limits and back, and the engine sees nothing of it.
//
// The autoscalers' patience is taken from them for that time, because an hour without
// change is more than a test can wait for; that they have it is what the rest shows.
func (w *world) scaling() {
	w.t.Helper()
	c := w.cloud()
	clients := map[string]kubernetes.Interface{}
	for _, site := range sites {
		clients[site], _ = w.client("prod", site)
	}
	before := w.hurry(clients)

	c.busy("1000", 1_000_000)
	w.requireNoDrift() // while they act
	w.settles(clients, "at their maximum", func(a autoscalingv2.HorizontalPodAutoscaler) int32 { return a.Spec.MaxReplicas })
	pools := c.poolSizes()
	for pool, between := range nodeLimits {
		require.Equal(w.t, between[1], pools[pool], pool)
	}
	w.nothingWaits(clients)
	w.restore(clients, before)
	w.unchanged()
	require.Empty(w.t, w.driftPaths("prod"), "what autoscalers did is no drift")

	before = w.hurry(clients)
	c.busy("0", 0)
	w.requireNoDrift()
	w.settles(clients, "at their minimum", func(a autoscalingv2.HorizontalPodAutoscaler) int32 { return *a.Spec.MinReplicas })
	want := map[string]int{}
	for pool, between := range nodeLimits {
		want[pool] = between[0]
	}
	require.EventuallyWithT(w.t, func(t *assert.CollectT) {
		pools := c.poolSizes()
		maps.DeleteFunc(pools, func(pool string, _ int) bool { return want[pool] == 0 })
		assert.Equal(t, want, pools, "idle nodes go")
	}, limit, time.Second)
	w.nothingWaits(clients)
	w.restore(clients, before)
	w.unchanged()
	require.Empty(w.t, w.driftPaths("prod"), "what autoscalers did is no drift")
}

// requireNoDrift requires that drift tells of nothing but the patience that this test took
// from the autoscalers.
func (w *world) requireNoDrift() {
	w.t.Helper()
	for _, path := range w.driftPaths("prod") {
		require.Regexp(w.t, `^HorizontalPodAutoscaler \S+ spec\.behavior`, path)
	}
}
