package autoscale

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestGrow(t *testing.T) {
	cheap := Pool{ID: "cheap", Template: node("cheap", "t"), Price: 1, Count: 1, Min: 1, Max: 5}
	dear := Pool{ID: "dear", Template: node("dear", "t"), Price: 2, Count: 1, Min: 1, Max: 5}
	full := []*corev1.Pod{pod("full-c", "4", "cheap-0"), pod("full-d", "4", "dear-0")}
	nodes := []*corev1.Node{node("cheap", "cheap-0"), node("dear", "dear-0")}
	with := func(p Pool, change func(*Pool)) Pool { change(&p); return p }
	tests := map[string]struct {
		state State
		pools []Pool
		want  []Decision
	}{
		"nothing waits": {state: State{Pods: full}},
		"two pods to a node, the cheapest pool": {
			state: State{Pods: append(pending(5, "2"), full...)},
			want:  []Decision{{PoolID: "cheap", Count: 4}},
		},
		"a big pod first, a small one beside it": {
			state: State{Pods: append([]*corev1.Pod{pod("s", "1", ""), pod("b", "3", ""), pod("m", "2", "")}, full...)},
			want:  []Decision{{PoolID: "cheap", Count: 3}},
		},
		"the dearer pool takes what is over the limit of the cheaper": {
			state: State{Pods: append(pending(6, "4"), full...)},
			want:  []Decision{{PoolID: "cheap", Count: 5}, {PoolID: "dear", Count: 3}},
		},
		"no more than all limits": {
			state: State{Pods: append(pending(50, "4"), full...)},
			want:  []Decision{{PoolID: "cheap", Count: 5}, {PoolID: "dear", Count: 5}},
		},
		"the pool a node selector names": {
			state: State{Pods: append(pending(1, "1", onPool("dear")), full...)},
			want:  []Decision{{PoolID: "dear", Count: 2}},
		},
		"no pool is large enough": {state: State{Pods: append(pending(1, "5"), full...)}},
		"no pool has the label":   {state: State{Pods: append(pending(1, "1", onPool("none")), full...)}},
		"a taint without toleration": {
			state: State{Pods: append(pending(1, "1"), full...)},
			pools: []Pool{with(cheap, func(p *Pool) { p.Template = node("cheap", "t", tainted("media")) }), dear},
			want:  []Decision{{PoolID: "dear", Count: 2}},
		},
		"a taint with toleration": {
			state: State{Pods: append(pending(1, "1", tolerating("media")), full...)},
			pools: []Pool{with(cheap, func(p *Pool) { p.Template = node("cheap", "t", tainted("media")) }), dear},
			want:  []Decision{{PoolID: "cheap", Count: 2}},
		},
		"one per node by anti-affinity": {
			state: State{Pods: append(pending(3, "100m", apart(corev1.LabelHostname)), full...)},
			want:  []Decision{{PoolID: "cheap", Count: 4}},
		},
		"one per region by anti-affinity: new nodes do not help": {
			state: State{Pods: append(pending(3, "100m", apart(corev1.LabelTopologyRegion)), full...)},
		},
		"one per node by host port": {
			state: State{Pods: append(pending(3, "100m", hostPort(7881)), full...)},
			want:  []Decision{{PoolID: "cheap", Count: 4}},
		},
		"all on one node by affinity, which starts with the first": {
			state: State{Pods: append(pending(2, "1", func(p *corev1.Pod) {
				p.Labels, p.Spec.Affinity = map[string]string{"app": "b"}, &corev1.Affinity{PodAffinity: &corev1.PodAffinity{
					RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{
						TopologyKey:   corev1.LabelHostname,
						LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "b"}},
					}},
				}}
			}), full...)},
			want: []Decision{{PoolID: "cheap", Count: 2}},
		},
		"beside a pod whose node is full: new nodes do not help": {
			state: State{Pods: append(pending(1, "1", together(corev1.LabelHostname)), full...)},
		},
		"spread over nodes": {
			state: State{Pods: append(pending(4, "100m", spread), full...)},
			// The two full nodes have one each, so that a skew of 1 allows two on
			// each new node.
			want: []Decision{{PoolID: "cheap", Count: 3}},
		},
		"daemon pods take their share of a new node": {
			state: State{Pods: append(pending(2, "2"), full...), DaemonSets: []*appsv1.DaemonSet{agent("100m")}},
			want:  []Decision{{PoolID: "cheap", Count: 3}},
		},
		"nodes on their way count": {
			state: State{Pods: append(pending(4, "2"), full...)},
			pools: []Pool{with(cheap, func(p *Pool) { p.Count = 3 }), dear},
		},
		"a node that is starting counts": {
			state: State{
				Nodes: append([]*corev1.Node{node("cheap", "cheap-1", tainted(corev1.TaintNodeNotReady))}, nodes...),
				Pods:  append(pending(2, "2"), full...),
			},
			pools: []Pool{with(cheap, func(p *Pool) { p.Count = 2 }), dear},
		},
		"a node that is leaving does not": {
			state: State{
				Nodes: append([]*corev1.Node{node("cheap", "cheap-1", func(n *corev1.Node) {
					n.Spec.Unschedulable, n.Annotations = true, map[string]string{leavingMark: "true"}
				})}, nodes...),
				Pods: append(pending(2, "2"), full...),
			},
			pools: []Pool{cheap, dear},
			want:  []Decision{{PoolID: "cheap", Count: 2}},
		},
		"a cordoned node counts as a node but has no room": {
			state: State{
				Nodes: append([]*corev1.Node{node("cheap", "cheap-1", func(n *corev1.Node) { n.Spec.Unschedulable = true })}, nodes...),
				Pods:  append(pending(2, "2"), full...),
			},
			pools: []Pool{with(cheap, func(p *Pool) { p.Count = 2 }), dear},
			want:  []Decision{{PoolID: "cheap", Count: 3}},
		},
		"the minimum": {
			state: State{Pods: full},
			pools: []Pool{with(cheap, func(p *Pool) { p.Min = 3 }), dear},
			want:  []Decision{{PoolID: "cheap", Count: 3}},
		},
		"a pod the scheduler has not tried yet": {
			state: State{Pods: append(pending(1, "1", func(p *corev1.Pod) { p.Status.Conditions = nil }), full...)},
		},
		"a pod with a scheduling gate": {
			state: State{Pods: append(pending(1, "1", func(p *corev1.Pod) {
				p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "wait"}}
			}), full...)},
		},
		"room was made meanwhile": {state: State{Pods: append(pending(1, "1"), full[1])}},
		"finished pods take no room": {
			state: State{Pods: append(pending(1, "4"), full[1], pod("done", "4", "cheap-0", func(p *corev1.Pod) {
				p.Status.Phase = corev1.PodSucceeded
			}))},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if tc.state.Nodes == nil {
				tc.state.Nodes = nodes
			}
			if tc.pools == nil {
				tc.pools = []Pool{dear, cheap}
			}
			require.Equal(t, tc.want, scaler().Decide(tc.state, tc.pools, noon))
		})
	}
}
