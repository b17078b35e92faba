package manifests

import "fmt"

// KubeStateMetricsArgs are the arguments of kube-state-metrics: the kinds that rules and
// dashboards ask about, and the label of nodes that says their pool.
func KubeStateMetricsArgs() []string {
	return []string{
		fmt.Sprintf("--port=%d", KubeStateMetricsPort),
		"--resources=nodes,pods,persistentvolumeclaims,deployments,statefulsets,daemonsets,jobs,cronjobs," +
			"horizontalpodautoscalers,poddisruptionbudgets",
		"--metric-labels-allowlist=nodes=[gomeet.com/role,topology.kubernetes.io/region]",
	}
}
