package e2e_test

import "testing"

// proveWorkloads judges what runs on prod's clusters (docs/workloads.md).
func (w *world) proveWorkloads() {
	clusters := []*cluster{w.cluster("prod", "singapore"), w.cluster("prod", "jakarta")}
	w.t.Run("Policies", func(t *testing.T) { provePolicies(t, clusters) })
}
