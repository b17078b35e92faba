package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// roleOf is where the pods of each app belong.
var roleOf = map[string]string{
	"authentication": "api", "meetings": "api", "signalling": "api", "chat": "api", "turn": "api", "traefik": "api", "livekit": "sfu",
	"postgres": "pg", "pgbouncer": "pg", "redis": "redis", "metrics-server": "default", "prometheus-adapter": "default",
	"prometheus": "monitoring", "alertmanager": "monitoring", "grafana": "monitoring", "kube-state-metrics": "monitoring",
	"pushgateway": "monitoring", "postgres-exporter": "monitoring", "redis-exporter": "monitoring",
}

// Prod is as ordered: two sites, 12 SFU, 30 API, 3 PostgreSQL, 6 Redis and 4 object
// store nodes in the wanted sizes, and every API pod on an API node.
func TestProd(t *testing.T) {
	w := newWorld(t).compiled()
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
	nodes, pods := map[string]int{}, map[string]int{}
	ready := 0
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
		perNode := map[string]int{}
		for _, pod := range cluster.pods {
			app := pod.Labels["app.kubernetes.io/name"]
			if pod.Status.Phase == corev1.PodSucceeded {
				require.Equal(t, "default", cluster.role(pod.Spec.NodeName), "job %s", pod.Name)
				continue
			}
			require.Equal(t, corev1.PodRunning, pod.Status.Phase, pod.Name)
			pods[app]++
			if app == "node-exporter" {
				continue // on every node
			}
			require.Equal(t, roleOf[app], cluster.role(pod.Spec.NodeName), "pod %s runs on node %s", pod.Name, pod.Spec.NodeName)
			if roleOf[app] == "monitoring" {
				continue // which share their nodes
			}
			kind := "api"
			if role := roleOf[app]; role != "api" || app == "traefik" {
				kind = app
			}
			perNode[kind+" "+pod.Spec.NodeName]++
		}
		for where, n := range perNode {
			require.Equal(t, 1, n, "pods of %s", where)
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
	require.Equal(t, map[string]int{
		"authentication": 4, "meetings": 6, "signalling": 12, "chat": 4, "turn": 4, "traefik": 30, "livekit": 12,
		"postgres": 3, "pgbouncer": 3, "redis": 6, "metrics-server": 4, "prometheus-adapter": 4,
		"prometheus": 4, "alertmanager": 4, "grafana": 2, "kube-state-metrics": 2, "pushgateway": 2, "postgres-exporter": 2, "redis-exporter": 1,
		"node-exporter": total,
	}, pods, "pods that run")

	w.readBack()
	w.proveWorkloads()

	output, err := w.shell("prod", "pulumi up --yes --stack prod --expect-no-changes --non-interactive")
	require.NoError(t, err, output)
	output, err = w.shell("prod", "pulumi refresh --yes --stack prod --expect-no-changes --non-interactive")
	require.NoError(t, err, output)
	require.NotContains(t, output, "warning:")
	w.scaling()
	w.thirdSite()
	w.proveDisruptions()
	w.requireCovered("prod")
	w.proveProperties("prod", w.hands("prod", "singapore"), prodTampers)
	before := w.inventory()
	volumes := 9 // of 3 members of PostgreSQL and 6 of Redis

	// Deleting it takes a deliberate step.
	output, err = w.shell("prod", "pulumi destroy --yes --stack prod --non-interactive")
	require.Error(t, err, output)
	require.Contains(t, output, "it is protected")
	output, err = w.try("make", "--no-print-directory", "down", "STACK=prod")
	require.Error(t, err, output)
	require.Contains(t, output, "make down STACK=prod CONFIRM=prod")
	require.Equal(t, before, w.inventory(), "nothing was deleted")

	w.run("make", "--no-print-directory", "down", "STACK=prod", "CONFIRM=prod")
	require.Equal(t, volumes, w.inventory(), "the volumes of protected data outlive their cluster")
}

// thirdSite adds a site to prod. Pools shrink in place, because a third of the nodes is
// at the new one; no cluster, network or load balancer that exists is touched.
func (w *world) thirdSite() {
	w.t.Helper()
	steps := w.plan("prod", "sites[2].name=batam", "sites[2].region=sgp1", "sites[2].vpcRange=10.88.0.0/20",
		"sites[2].clusterSubnet=10.89.0.0/18", "sites[2].serviceSubnet=10.89.64.0/20")
	created := map[string]int{}
	var other []string
	for _, step := range steps {
		parts := strings.Fields(step)
		if parts[0] == "create" {
			created[parts[1]]++
			continue
		}
		other = append(other, step)
	}
	require.Equal(w.t, []string{
		"update Firewall jakarta-api", "update Firewall jakarta-monitoring", "update Firewall jakarta-pg",
		"update Firewall jakarta-sfu", "update Firewall singapore-api", "update Firewall singapore-minio", "update Firewall singapore-monitoring",
		"update Firewall singapore-pg", "update Firewall singapore-redis", "update Firewall singapore-sfu", "update KubernetesNodePool singapore-api",
		"update KubernetesNodePool singapore-pg", "update KubernetesNodePool singapore-sfu", "update LoadBalancer singapore-websocket",
		"update ProjectResources project",
	}, other)
	require.Equal(w.t, map[string]int{
		"Vpc": 1, "VpcPeering": 2, "KubernetesCluster": 1, "KubernetesNodePool": 4, "Tag": 4, "Certificate": 1, "LoadBalancer": 1,
		"DnsRecord": 3, "Firewall": 4, "UptimeCheck": 1, "UptimeAlert": 2, "MonitorAlert": 13,
	}, created)
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
