package e2e_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// readiness follows the ready pods of each app of a cluster by a watch, so that it sees
// every state the apiserver went through.
type readiness struct {
	mutex sync.Mutex
	ready map[string]map[string]bool // By app, the names of ready pods.
	least map[string]int
	stop  chan struct{}
}

func appOf(pod *corev1.Pod) string { return pod.Namespace + "/" + pod.Labels[nameLabel] }

// isReady says that a pod gets traffic: one that was told to stop does not.
func isReady(pod *corev1.Pod) bool {
	if pod.DeletionTimestamp != nil {
		return false
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// follow begins with what is there now.
func (c *cluster) follow(t *testing.T) *readiness {
	t.Helper()
	r := &readiness{ready: map[string]map[string]bool{}, least: map[string]int{}, stop: make(chan struct{})}
	factory := informers.NewSharedInformerFactory(c.client, 0)
	handler, err := factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { r.see(o.(*corev1.Pod), true) },
		UpdateFunc: func(_, o any) { r.see(o.(*corev1.Pod), true) },
		DeleteFunc: func(o any) {
			if last, ok := o.(cache.DeletedFinalStateUnknown); ok {
				o = last.Obj
			}
			r.see(o.(*corev1.Pod), false)
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { close(r.stop) })
	factory.Start(r.stop)
	// Handlers run behind the cache: what counts is that they have seen every pod there is.
	require.Eventually(t, handler.HasSynced, settle, 10*time.Millisecond)
	return r
}

func (r *readiness) see(pod *corev1.Pod, exists bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	app := appOf(pod)
	if r.ready[app] == nil {
		r.ready[app] = map[string]bool{}
	}
	if exists && isReady(pod) {
		r.ready[app][pod.Name] = true
	} else {
		delete(r.ready[app], pod.Name)
	}
	if least, known := r.least[app]; known {
		r.least[app] = min(least, len(r.ready[app]))
	}
}

// names returns the ready pods of each app.
func (r *readiness) names() map[string]map[string]bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	names := map[string]map[string]bool{}
	for app, pods := range r.ready {
		names[app] = maps.Clone(pods)
	}
	return names
}

// now returns how many pods of each app are ready.
func (r *readiness) now() map[string]int {
	counts := map[string]int{}
	for app, pods := range r.names() {
		counts[app] = len(pods)
	}
	return counts
}

// watchLeast forgets what was, and remembers the fewest ready pods from now on.
func (r *readiness) watchLeast() {
	now := r.now()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.least = now
}

func (r *readiness) fewest() map[string]int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return maps.Clone(r.least)
}

// promised returns the fewest ready pods that the budgets of a cluster allow.
func (c *cluster) promised(t *testing.T) map[string]int {
	t.Helper()
	budgets, err := c.client.PolicyV1().PodDisruptionBudgets("").List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	promised := map[string]int{}
	for _, b := range budgets.Items {
		app := fmt.Sprintf("%s/%s", b.Namespace, b.Spec.Selector.MatchLabels[nameLabel])
		require.NotContains(t, promised, app, "pods of two budgets cannot be evicted")
		unready := policyv1.AlwaysAllow
		if app == "media/livekit" {
			// All of them are not ready while Redis is away, and hold meetings.
			unready = policyv1.IfHealthyBudget
		}
		require.Equal(t, unready, *b.Spec.UnhealthyPodEvictionPolicy, app)
		promised[app] = int(b.Status.DesiredHealthy)
	}
	return promised
}
