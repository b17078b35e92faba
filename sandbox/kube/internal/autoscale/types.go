package autoscale

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
)

// Pool is a node pool with autoscaling on.
type Pool struct {
	// ID is the value of the pool label on the pool's nodes.
	ID string
	// Template is a node the pool would add: labels, taints and allocatable count.
	Template *corev1.Node
	// Price is what one node costs; only the order of pools by price matters.
	Price float64
	// Count is the pool's present number of nodes, which may be more than the
	// nodes that exist by now; Min and Max are its limits.
	Count, Min, Max int
}

// State is what the cluster looks like.
type State struct {
	Nodes      []*corev1.Node
	Pods       []*corev1.Pod
	DaemonSets []*appsv1.DaemonSet
	Budgets    []*policyv1.PodDisruptionBudget
	// Namespaces are needed for affinity terms with a namespace selector.
	Namespaces []*corev1.Namespace
}

// Decision says what one pool should become. A pool that should stay as it is
// has none.
type Decision struct {
	// PoolID is the Pool's ID and Count the number of nodes it should have.
	PoolID string
	Count  int
	// Remove names the nodes to take away when the pool should shrink.
	Remove []string
}

// Options are the autoscaler's settings.
type Options struct {
	// PoolLabel is the node label that carries the pool's ID.
	PoolLabel string
	// LeavingAnnotation marks a node that is being drained to be removed.
	LeavingAnnotation string
	// Unneeded is how long a node must have been unneeded before it goes.
	Unneeded time.Duration
	// Utilization is the share of requested CPU or memory, whichever is larger,
	// below which a node may be unneeded.
	Utilization float64
}
