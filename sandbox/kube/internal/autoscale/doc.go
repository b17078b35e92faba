// Package autoscale decides how many nodes each autoscaled node pool should have,
// as the Kubernetes cluster autoscaler in DOKS does: pods that the scheduler
// cannot place make a pool grow, nodes whose pods all fit elsewhere make it
// shrink. It works on plain objects and makes no calls, so every decision can be
// tested without a cluster.
//
// It simulates the scheduler's hard rules: node selector and node affinity,
// taints, resource requests, host ports, required pod affinity and anti-affinity,
// and topology spread with DoNotSchedule. It does not know volumes, preferences
// (soft rules) or preemption by priority.
//
// The rules and default figures are those of the cluster autoscaler's FAQ,
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md.
package autoscale
