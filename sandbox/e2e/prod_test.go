package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// Prod is the card: two sites, 12 SFU, 30 API, 3 PostgreSQL, 6 Redis and 4 object
// store nodes in the wanted sizes, and every API pod on an API node.
func TestProd(t *testing.T) {
	w := newWorld(t)
	output := w.make("preview", "prod")
	require.Contains(t, output, "to create")
	require.Zero(t, w.inventory(), "a preview creates nothing")

	w.make("up", "prod")
	want := map[string]struct {
		nodes int
		size  string
	}{
		"sfu": {12, "g-16vcpu-64gb"}, "api": {30, "c-4"}, "pg": {3, "g-8vcpu-32gb"}, "redis": {6, "g-4vcpu-16gb"}, "minio": {4, ""},
	}
	nodes := map[string]int{}
	ready, pods := 0, 0
	for _, site := range []string{"singapore", "jakarta"} {
		cluster := w.cluster("prod", site)
		for _, node := range cluster.nodes {
			role := node.Labels["gomeet.com/role"]
			nodes[role]++
			if size := want[role].size; size != "" {
				require.Equal(t, size, node.Labels["node.kubernetes.io/instance-type"], node.Name)
			}
			for _, condition := range node.Status.Conditions {
				if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
					ready++
				}
			}
		}
		for _, pod := range cluster.pods {
			require.Equal(t, corev1.PodRunning, pod.Status.Phase, pod.Name)
			require.Equal(t, "api", cluster.role(pod.Spec.NodeName), "pod %s runs on node %s", pod.Name, pod.Spec.NodeName)
			pods++
		}
	}
	for role, w := range want {
		require.Equal(t, w.nodes, nodes[role], "nodes of role %s", role)
	}
	total := 0
	for _, n := range nodes {
		total += n
	}
	require.Equal(t, total, ready, "nodes that are Ready")
	require.Equal(t, 30, pods, "API pods")

	output, err := w.shell("prod", "pulumi preview --stack prod --expect-no-changes --non-interactive")
	require.NoError(t, err, output)
	w.make("down", "prod")
	require.Empty(t, w.processes())
}

// kubeconfig returns a site's kubeconfig from the stack's secret outputs.
func (w *world) kubeconfig(stack, site string) string {
	w.t.Helper()
	output, err := w.shell(stack, "pulumi stack output kubeconfigs --json --show-secrets --stack "+stack)
	require.NoError(w.t, err, output)
	var kubeconfigs map[string]string
	require.NoError(w.t, json.Unmarshal([]byte(output), &kubeconfigs))
	require.Contains(w.t, kubeconfigs, site)
	return kubeconfigs[site]
}
