package autoscale

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestShrink(t *testing.T) {
	nodes := []*corev1.Node{node("a", "a-0"), node("a", "a-1"), node("a", "a-2")}
	pool := Pool{ID: "a", Template: node("a", "t"), Price: 1, Count: 3, Min: 1, Max: 5}
	budget := func(allowed int32) *policyv1.PodDisruptionBudget {
		return &policyv1.PodDisruptionBudget{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("b", allowed), Namespace: "default"},
			Spec:       policyv1.PodDisruptionBudgetSpec{Selector: appSelector()},
			Status:     policyv1.PodDisruptionBudgetStatus{DisruptionsAllowed: allowed},
		}
	}
	// busy keeps two nodes above the threshold, with room for 1 CPU each.
	busy := []*corev1.Pod{pod("x", "3", "a-0"), pod("y", "3", "a-1")}
	one := []Decision{{PoolID: "a", Count: 2, Remove: []string{"a-2"}}}
	bare := func(p *corev1.Pod) { p.OwnerReferences = nil }
	system := func(p *corev1.Pod) { p.Namespace = metav1.NamespaceSystem }
	tests := map[string]struct {
		pods    []*corev1.Pod
		budgets []*policyv1.PodDisruptionBudget
		change  func(*Pool)
		want    []Decision
	}{
		"an empty node goes":               {pods: busy, want: one},
		"all busy":                         {pods: append([]*corev1.Pod{pod("z", "2", "a-2")}, busy...)},
		"its only pod moves":               {pods: append([]*corev1.Pod{pod("z", "1", "a-2")}, busy...), want: one},
		"its pods have no place elsewhere": {pods: append([]*corev1.Pod{pod("z", "1500m", "a-2")}, busy...)},
		"both of its pods move": {
			pods: append([]*corev1.Pod{pod("z", "900m", "a-2"), pod("w", "900m", "a-2")}, busy...), want: one,
		},
		"daemon and mirror pods do not count": {
			pods: append([]*corev1.Pod{
				pod("d", "3", "a-2", func(p *corev1.Pod) { p.OwnerReferences[0].Kind = "DaemonSet" }),
				pod("m", "1", "a-2", annotated(corev1.MirrorPodAnnotationKey, "x")),
			}, busy...),
			want: one,
		},
		"a pod that must stay": {
			pods: append([]*corev1.Pod{pod("z", "1", "a-2", annotated(safeToEvict, "false"))}, busy...),
		},
		"a pod that nothing would create again": {
			pods: append([]*corev1.Pod{pod("z", "1", "a-2", bare)}, busy...),
		},
		"such a pod, declared safe": {
			pods: append([]*corev1.Pod{pod("z", "1", "a-2", bare, annotated(safeToEvict, "true"))}, busy...), want: one,
		},
		"a system pod": {pods: append([]*corev1.Pod{pod("z", "1", "a-2", system)}, busy...)},
		"a budget that allows it": {
			pods: append([]*corev1.Pod{pod("z", "1", "a-2")}, busy...), budgets: []*policyv1.PodDisruptionBudget{budget(1)}, want: one,
		},
		"a budget in the way": {
			pods: append([]*corev1.Pod{pod("z", "1", "a-2")}, busy...), budgets: []*policyv1.PodDisruptionBudget{budget(0)},
		},
		"a budget for one of two": {
			pods:    append([]*corev1.Pod{pod("z", "900m", "a-2"), pod("w", "900m", "a-2")}, busy...),
			budgets: []*policyv1.PodDisruptionBudget{budget(1)},
		},
		"two budgets for one pod": {
			pods: append([]*corev1.Pod{pod("z", "1", "a-2")}, busy...), budgets: []*policyv1.PodDisruptionBudget{budget(1), budget(2)},
		},
		"anti-affinity keeps its pod": {
			pods: append([]*corev1.Pod{pod("z", "100m", "a-2", apart(corev1.LabelHostname))}, busy...),
		},
		"several empty nodes at once, not below the minimum": {
			want: []Decision{{PoolID: "a", Count: 1, Remove: []string{"a-0", "a-1"}}},
		},
		"of several nodes with pods one at a time": {
			pods: []*corev1.Pod{pod("x", "100m", "a-0"), pod("y", "200m", "a-1"), pod("z", "300m", "a-2")},
			want: []Decision{{PoolID: "a", Count: 2, Remove: []string{"a-0"}}},
		},
		"at the minimum":               {change: func(p *Pool) { p.Min = 3 }},
		"a waiting pod takes the room": {pods: append(pending(1, "4"), busy...)},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p := pool
			if tc.change != nil {
				tc.change(&p)
			}
			a := scaler()
			state := State{Nodes: nodes, Pods: tc.pods, Budgets: tc.budgets}
			require.Empty(t, a.Decide(state, []Pool{p}, noon), "too early")
			require.Empty(t, a.Decide(state, []Pool{p}, noon.Add(9*time.Minute)), "too early")
			require.Equal(t, tc.want, a.Decide(state, []Pool{p}, noon.Add(10*time.Minute)))
		})
	}
}

func TestUnneededTimeStartsAgain(t *testing.T) {
	nodes := []*corev1.Node{node("a", "a-0"), node("a", "a-1")}
	pools := []Pool{{ID: "a", Template: node("a", "t"), Count: 2, Min: 1, Max: 3}}
	idle := State{Nodes: nodes, Pods: []*corev1.Pod{pod("x", "3", "a-0")}}
	busy := State{Nodes: nodes, Pods: []*corev1.Pod{pod("x", "3", "a-0"), pod("y", "3", "a-1")}}
	waiting := State{Nodes: nodes, Pods: append(pending(1, "4"), busy.Pods...)}
	for name, between := range map[string]State{"when the node was busy": busy, "when the pool grew": waiting} {
		t.Run(name, func(t *testing.T) {
			a := scaler()
			require.Empty(t, a.Decide(idle, pools, noon))
			a.Decide(between, pools, noon.Add(5*time.Minute))
			require.Empty(t, a.Decide(idle, pools, noon.Add(11*time.Minute)))
			require.Len(t, a.Decide(idle, pools, noon.Add(21*time.Minute)), 1)
		})
	}
}

func TestPoolsWithoutAutoscalingAreLeftAlone(t *testing.T) {
	state := State{Nodes: []*corev1.Node{node("fixed", "f-0"), node("fixed", "f-1")}, Pods: pending(1, "5")}
	a := scaler()
	require.Empty(t, a.Decide(state, nil, noon))
	require.Empty(t, a.Decide(state, nil, noon.Add(time.Hour)))
}
