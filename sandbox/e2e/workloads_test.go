package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// proveWorkloads judges what runs on prod's clusters (docs/workloads.md).
func (w *world) proveWorkloads() {
	clusters := w.prodClusters()
	w.t.Run("Policies", func(t *testing.T) { provePolicies(t, clusters) })
	w.t.Run("Packing", func(t *testing.T) { provePacking(t, clusters) })
	w.t.Run("Score", func(t *testing.T) { w.proveScore(t, clusters) })
	for _, c := range clusters {
		w.t.Run("Security/"+c.site, func(t *testing.T) { proveSecurity(t, c) })
	}
}

// proveDisruptions takes nodes and images from under prod's pods. Afterwards all is as it
// was, but pods have other names.
func (w *world) proveDisruptions() {
	do := w.cloud()
	var before map[string]drive
	w.t.Run("Volumes", func(t *testing.T) { before = proveVolumes(t, w.prodClusters(), do) })
	for _, c := range w.prodClusters() {
		w.t.Run("Meetings/"+c.site, func(t *testing.T) { proveMeetings(t, c) })
		w.t.Run("Rollouts/"+c.site, func(t *testing.T) { proveRollouts(t, c) })
		w.t.Run("Drains/"+c.site, func(t *testing.T) { proveDrains(t, c, do) })
	}
	w.t.Run("Load", func(t *testing.T) { w.proveLoad(t, w.prodClusters()[0]) })
	w.t.Run("VolumesFollow", func(t *testing.T) {
		require.Equal(t, before, proveVolumes(t, w.prodClusters(), do), "every member found its own volume again")
	})
}

func (w *world) prodClusters() []*cluster {
	w.t.Helper()
	return []*cluster{w.cluster("prod", "singapore"), w.cluster("prod", "jakarta")}
}
