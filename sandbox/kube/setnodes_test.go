package kube

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	k8stesting "k8s.io/client-go/testing"
)

// fakeCluster is a client-go fake in which evictions work, and which records what
// happens to nodes and pods.
type fakeCluster struct {
	*fake.Clientset
	mu     sync.Mutex
	events []string
	refuse error // answer to evictions
}

func newFakeCluster(objects ...runtime.Object) *fakeCluster {
	f := &fakeCluster{Clientset: fake.NewClientset(objects...)}
	f.PrependReactor("create", "pods", func(a k8stesting.Action) (bool, runtime.Object, error) {
		if a.GetSubresource() != "eviction" {
			return false, nil, nil
		}
		eviction := a.(k8stesting.CreateAction).GetObject().(*policyv1.Eviction)
		f.note("evict " + eviction.Name)
		if f.refuse != nil {
			return true, nil, f.refuse
		}
		return true, nil, f.Tracker().Delete(corev1.SchemeGroupVersion.WithResource("pods"), a.GetNamespace(), eviction.Name)
	})
	// The fake ignores field selectors.
	f.PrependReactor("list", "pods", func(a k8stesting.Action) (bool, runtime.Object, error) {
		node, ok := a.(k8stesting.ListAction).GetListRestrictions().Fields.RequiresExactMatch("spec.nodeName")
		if !ok {
			return false, nil, nil
		}
		obj, err := f.Tracker().List(a.GetResource(), corev1.SchemeGroupVersion.WithKind("Pod"), "")
		if err != nil {
			return true, nil, err
		}
		list := obj.(*corev1.PodList)
		list.Items = slices.DeleteFunc(list.Items, func(p corev1.Pod) bool { return p.Spec.NodeName != node })
		return true, list, nil
	})
	f.PrependReactor("*", "*", func(a k8stesting.Action) (bool, runtime.Object, error) {
		switch a := a.(type) {
		case k8stesting.CreateActionImpl:
			if node, ok := a.Object.(*corev1.Node); ok {
				f.note("create " + node.Name)
			}
		case k8stesting.UpdateActionImpl:
			if node, ok := a.Object.(*corev1.Node); ok && node.Spec.Unschedulable {
				f.note("cordon " + node.Name)
			} else if ok {
				f.note("update " + node.Name)
			}
		case k8stesting.DeleteActionImpl:
			f.note("delete " + a.Name)
		}
		return false, nil, nil
	})
	return f
}

func (f *fakeCluster) note(event string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, event)
}

func (f *fakeCluster) set(t *testing.T, timeout time.Duration, nodes ...Node) {
	t.Helper()
	f.events = nil
	u := nodeUpdate{client: f, drain: drain{client: f, timeout: timeout, log: slog.New(slog.DiscardHandler)}}
	require.NoError(t, u.run(t.Context(), nodes, DefaultVersion))
}

func named(id, name string) Node {
	n := droplet()
	n.ID, n.Name = id, name
	return n
}

func podOn(node, name string, change ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec:       corev1.PodSpec{NodeName: node},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func ofDaemonSet(p *corev1.Pod) {
	yes := true
	p.OwnerReferences = []metav1.OwnerReference{{Kind: "DaemonSet", Controller: &yes}}
}

func TestSetNodesAddsUpdatesAndRemoves(t *testing.T) {
	f := newFakeCluster(podOn("two", "web"), podOn("two", "agent", ofDaemonSet), podOn("one", "other"))
	f.set(t, time.Minute, named("1", "one"), named("2", "two"))
	require.ElementsMatch(t, []string{"create one", "create two"}, f.events)

	f.set(t, time.Minute, named("1", "one"), named("2", "two"))
	require.Empty(t, f.events, "nothing to do")

	changed := named("1", "one")
	changed.Labels["workload"] = "app"
	f.set(t, time.Minute, changed, named("3", "three"))
	require.Equal(t, []string{"create three", "update one", "cordon two", "evict web", "delete two", "delete agent"}, f.events)
	_, err := f.CoreV1().Pods("default").Get(t.Context(), "other", metav1.GetOptions{})
	require.NoError(t, err)
}

func TestSetNodesWithTheSameNameAgain(t *testing.T) {
	f := newFakeCluster()
	f.set(t, time.Minute, named("1", "one"))
	f.set(t, time.Minute, named("2", "one"))
	require.Equal(t, []string{"cordon one", "delete one", "create one"}, f.events)
	node, err := f.CoreV1().Nodes().Get(t.Context(), "one", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, "2", node.Labels[labelNodeID])
}

func TestSetNodesLeavesForeignNodesAlone(t *testing.T) {
	f := newFakeCluster(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "foreign"}})
	f.set(t, time.Minute)
	require.Empty(t, f.events)
}

func TestSetNodesDrainTakesNoLongerThanAllowed(t *testing.T) {
	refusals := map[string]error{
		"by a budget":    apierrors.NewTooManyRequests("budget", 0),
		"by two budgets": apierrors.NewInternalError(errors.New("more than one budget")),
	}
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			f := newFakeCluster(podOn("one", "web"))
			f.set(t, time.Minute, named("1", "one"))
			f.refuse = refusal
			f.set(t, 2*evictionPause)
			require.Equal(t, "cordon one", f.events[0])
			require.GreaterOrEqual(t, len(f.events), 5, "tried more than once: %v", f.events)
			require.Equal(t, []string{"delete one", "delete web"}, f.events[len(f.events)-2:])
		})
	}
}

func TestSetNodesRefusesNonsense(t *testing.T) {
	tests := map[string]struct {
		nodes []Node
		want  string
	}{
		"no ID":      {[]Node{named("", "one")}, `ID "" and name "one"`},
		"no name":    {[]Node{named("1", "")}, `ID "1" and name ""`},
		"ID twice":   {[]Node{named("1", "one"), named("1", "two")}, `two nodes have the ID "1"`},
		"name twice": {[]Node{named("1", "one"), named("2", "one")}, fmt.Sprintf("%q and %q have the same name %q", "1", "2", "one")},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFakeCluster()
			err := nodeUpdate{client: f}.run(t.Context(), tc.nodes, DefaultVersion)
			require.ErrorContains(t, err, tc.want)
			require.Empty(t, f.events)
		})
	}
}
