package e2e_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// surge gives every pool of one node a second one, as a surge upgrade does before it
// drains: else the pods of a site's only monitoring node had nowhere to go, and the second
// of two would wait for the first. It returns all nodes, the new ones last, once the
// DaemonSets serve them too.
func (c *cluster) surge(t *testing.T, do cloud) []corev1.Node {
	t.Helper()
	wanted := len(c.nodes) + c.resizeLonely(t, do, 2)
	nodes := slices.Clone(c.nodes)
	require.Eventually(t, func() bool {
		list, err := c.client.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{})
		require.NoError(t, err)
		for _, node := range list.Items {
			isNew := !slices.ContainsFunc(nodes, func(n corev1.Node) bool { return n.Name == node.Name })
			if isNew && slices.ContainsFunc(node.Status.Conditions, func(c corev1.NodeCondition) bool {
				return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
			}) {
				nodes = append(nodes, node)
			}
		}
		return len(nodes) == wanted
	}, settle, 100*time.Millisecond, "nodes of the surge")
	for _, node := range nodes[len(c.nodes):] {
		role := node.Labels["gomeet.com/role"]
		sibling := c.nodes[slices.IndexFunc(c.nodes, func(n corev1.Node) bool { return n.Labels["gomeet.com/role"] == role })]
		require.Eventually(t, func() bool {
			return slices.Equal(c.daemons(t, node.Name), c.daemons(t, sibling.Name))
		}, settle, 100*time.Millisecond, "daemons of %s, as on %s", node.Name, sibling.Name)
	}
	return nodes
}

// daemons returns the DaemonSets that have a ready pod on a node.
func (c *cluster) daemons(t *testing.T, node string) (names []string) {
	pods, err := c.client.CoreV1().Pods("").List(context.Background(), metav1.ListOptions{FieldSelector: "spec.nodeName=" + node})
	require.NoError(t, err)
	for i, pod := range pods.Items {
		if owner := metav1.GetControllerOf(&pod); owner != nil && owner.Kind == "DaemonSet" && isReady(&pods.Items[i]) {
			names = append(names, pod.Namespace+"/"+owner.Name)
		}
	}
	slices.Sort(names)
	return names
}

// unsurge takes the second nodes away again. The newest go first, which nothing but
// DaemonSets is on.
func (c *cluster) unsurge(t *testing.T, do cloud) {
	t.Helper()
	c.resizeLonely(t, do, 1)
	require.Eventually(t, func() bool {
		nodes := 0
		for where, n := range do.poolSizes() {
			if strings.HasPrefix(where, c.site+" ") {
				nodes += n
			}
		}
		return nodes == len(c.nodes)
	}, settle, 100*time.Millisecond, "end of the surge")
}

// resizeLonely gives the pools that had one node when the cluster was read the wanted
// number, and returns how many such pools there are.
func (c *cluster) resizeLonely(t *testing.T, do cloud, count int) (pools int) {
	t.Helper()
	clusters, _, err := do.Kubernetes.List(context.Background(), everything)
	require.NoError(t, err)
	for _, k := range clusters {
		for _, pool := range k.NodePools {
			if pool.Labels["gomeet.com/site"] != c.site || c.countOf(pool.Labels["gomeet.com/role"]) != 1 {
				continue
			}
			_, _, err := do.Kubernetes.UpdateNodePool(context.Background(), k.ID, pool.ID, &godo.KubernetesNodePoolUpdateRequest{Count: &count})
			require.NoError(t, err)
			pools++
		}
	}
	require.NotZero(t, pools)
	return pools
}

// countOf returns how many nodes of a role the cluster had when it was read.
func (c *cluster) countOf(role string) (nodes int) {
	for _, node := range c.nodes {
		if node.Labels["gomeet.com/role"] == role {
			nodes++
		}
	}
	return nodes
}
