package e2e_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/resource"
)

// load is what pods ask for of what a node or a pool has, in milli-CPU, bytes and pods.
type load struct {
	nodes                                     int
	cpu, memory, pods                         int64
	allocatableCPU, allocatableMemory, places int64
}

func (l *load) carry(pod *corev1.Pod) {
	asked := resource.PodRequests(pod, resource.PodResourcesOptions{})
	l.cpu += asked.Cpu().MilliValue()
	l.memory += asked.Memory().Value()
	l.pods++
}

func (l *load) offer(node corev1.Node) {
	has := node.Status.Allocatable
	l.nodes++
	l.allocatableCPU += has.Cpu().MilliValue()
	l.allocatableMemory += has.Memory().Value()
	l.places += has.Pods().Value()
}

// spreadApps are at every site, on as many nodes as they have pods.
var spreadApps = []string{
	"media/livekit", "edge/traefik", "gomeet/authentication", "gomeet/meetings", "gomeet/signalling", "gomeet/chat", "gomeet/turn",
	"data/postgres", "data/pgbouncer",
}

// packing returns the loads of a cluster's pools and of its nodes, as the scheduler placed
// the pods.
func (c *cluster) packing(t *testing.T) (pools, nodes map[string]*load) {
	t.Helper()
	pools, nodes = map[string]*load{}, map[string]*load{}
	for _, node := range c.nodes {
		role := c.role(node.Name)
		if pools[role] == nil {
			pools[role] = &load{}
		}
		nodes[node.Name] = &load{}
		pools[role].offer(node)
		nodes[node.Name].offer(node)
	}
	for _, pod := range c.pods {
		if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			continue
		}
		require.Contains(t, nodes, pod.Spec.NodeName, "pod %s/%s is on no node: %s", pod.Namespace, pod.Name, pod.Status.Phase)
		nodes[pod.Spec.NodeName].carry(&pod)
		pools[c.role(pod.Spec.NodeName)].carry(&pod)
	}
	return pools, nodes
}

// provePacking prints what the pods ask for of each pool, and requires that no node is
// asked for more than it has, that no two SFUs share a node, and that each service of the
// API is on as many nodes as it has pods, at every site.
func provePacking(t *testing.T, clusters []*cluster) {
	report := table.NewWriter()
	report.SetStyle(table.StyleLight)
	report.AppendHeader(table.Row{"Site", "Pool", "Nodes", "Pods", "CPU asked / has", "", "Memory asked / has, GiB", ""})
	sites := map[string]int{}
	for _, c := range clusters {
		pools, nodes := c.packing(t)
		for name, l := range nodes {
			require.LessOrEqual(t, l.cpu, l.allocatableCPU, "CPU of %s", name)
			require.LessOrEqual(t, l.memory, l.allocatableMemory, "memory of %s", name)
			require.LessOrEqual(t, l.pods, l.places, "pods of %s", name)
		}
		var roles []string
		for role := range pools {
			roles = append(roles, role)
		}
		slices.Sort(roles)
		for _, role := range roles {
			l := pools[role]
			report.AppendRow(table.Row{
				c.site, role, l.nodes, l.pods,
				fmt.Sprintf("%.1f / %.1f", float64(l.cpu)/1000, float64(l.allocatableCPU)/1000), percent(l.cpu, l.allocatableCPU),
				fmt.Sprintf("%.1f / %.1f", gib(l.memory), gib(l.allocatableMemory)), percent(l.memory, l.allocatableMemory),
			})
		}
		for app, on := range c.spread() {
			if slices.Contains(spreadApps, app) {
				require.Equal(t, 1, slices.Max(on), "%s: pods of %s on one node", c.site, app)
				sites[app]++
			}
		}
	}
	for _, app := range spreadApps {
		require.Equal(t, len(clusters), sites[app], "sites with %s", app)
	}
	t.Logf("what pods ask for, and what the nodes have for them:\n%s", report.Render())
}

// spread returns how many running pods of each long-lived app each of its nodes has.
func (c *cluster) spread() map[string][]int {
	counts := map[string]map[string]int{}
	for _, pod := range c.pods {
		app := pod.Namespace + "/" + pod.Labels[nameLabel]
		if pod.Status.Phase != corev1.PodRunning || pod.Spec.RestartPolicy != corev1.RestartPolicyAlways {
			continue
		}
		if counts[app] == nil {
			counts[app] = map[string]int{}
		}
		counts[app][pod.Spec.NodeName]++
	}
	spread := map[string][]int{}
	for app, nodes := range counts {
		for _, n := range nodes {
			spread[app] = append(spread[app], n)
		}
	}
	return spread
}

func percent(part, whole int64) string { return fmt.Sprintf("%d %%", 100*part/max(1, whole)) }

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }
