package autoscale

import (
	"cmp"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// grow places the waiting pods in the simulation, first on nodes that exist or
// are on their way, then on new nodes of the cheapest pool that can take them.
// First-fit decreasing, the cluster autoscaler's own binpacking estimator.
// pools must be ordered by price.
func (a *Autoscaler) grow(sim *simulation, state State, pools []Pool) []Decision {
	for i := range pools {
		for range max(pools[i].Count, pools[i].Min) - a.registered(state, pools[i].ID) {
			sim.addNew(&pools[i], state)
		}
	}
	for _, pod := range sim.largestFirst(waiting(state, false)) {
		if h := sim.firstFit(pod, sim.hosts); h != nil {
			sim.place(pod, h)
		}
	}
	target := map[string]int{}
	for i := range pools {
		target[pools[i].ID] = max(pools[i].Count, pools[i].Min)
	}
	var fresh []*host
	for _, pod := range sim.largestFirst(sim.unplaced(waiting(state, true))) {
		if h := sim.firstFit(pod, fresh); h != nil {
			sim.place(pod, h)
			continue
		}
		for i := range pools {
			if target[pools[i].ID] >= pools[i].Max {
				continue
			}
			h := sim.addNew(&pools[i], state)
			if !sim.fits(pod, h) {
				sim.dropHost(h)
				continue
			}
			sim.place(pod, h)
			fresh = append(fresh, h)
			target[pools[i].ID]++
			break
		}
	}
	var decisions []Decision
	for i := range pools {
		if n := target[pools[i].ID]; n > pools[i].Count {
			decisions = append(decisions, Decision{PoolID: pools[i].ID, Count: n})
		}
	}
	return decisions
}

// registered counts the pool's nodes that exist and are there to stay. A node
// that someone cordoned stays; one that is being drained does not.
func (a *Autoscaler) registered(state State, pool string) int {
	n := 0
	for _, node := range state.Nodes {
		if node.Labels[a.opts.PoolLabel] == pool && !a.leaving(node) {
			n++
		}
	}
	return n
}

func (a *Autoscaler) leaving(node *corev1.Node) bool {
	_, marked := node.Annotations[a.opts.LeavingAnnotation]
	return marked || node.DeletionTimestamp != nil
}

// addNew adds a node of the pool that does not exist yet, with the pods that
// DaemonSets would put on it.
func (s *simulation) addNew(pool *Pool, state State) *host {
	node := pool.Template.DeepCopy()
	node.Name = fmt.Sprintf("new-%s-%d", pool.ID, len(s.hosts))
	if node.Labels == nil {
		node.Labels = map[string]string{}
	}
	node.Labels[corev1.LabelHostname] = node.Name
	h := s.addHost(node)
	h.added = pool
	for _, ds := range state.DaemonSets {
		if pod := daemonPod(ds); admits(node, pod) {
			s.place(pod, h)
		}
	}
	return h
}

// waiting returns the pods without a node. With unschedulable set, only those
// that the scheduler has tried and found no node for; without, all of them.
func waiting(state State, unschedulable bool) []*corev1.Pod {
	var pods []*corev1.Pod
	for _, pod := range state.Pods {
		if pod.Spec.NodeName != "" || pod.DeletionTimestamp != nil || finished(pod) || len(pod.Spec.SchedulingGates) > 0 {
			continue
		}
		if !unschedulable || refused(pod) {
			pods = append(pods, pod)
		}
	}
	return pods
}

func refused(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled {
			return c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable
		}
	}
	return false
}

// unplaced returns the pods that are on no host of the simulation.
func (s *simulation) unplaced(pods []*corev1.Pod) []*corev1.Pod {
	placed := map[*corev1.Pod]bool{}
	for _, h := range s.hosts {
		for _, pod := range h.pods {
			placed[pod] = true
		}
	}
	return slices.DeleteFunc(pods, func(p *corev1.Pod) bool { return placed[p] })
}

// largestFirst orders pods by CPU, then memory, then name, so that equal input
// gives equal decisions.
func (s *simulation) largestFirst(pods []*corev1.Pod) []*corev1.Pod {
	slices.SortStableFunc(pods, func(x, y *corev1.Pod) int {
		rx, ry := s.requests(x), s.requests(y)
		return cmp.Or(
			ry.Cpu().Cmp(*rx.Cpu()),
			ry.Memory().Cmp(*rx.Memory()),
			cmp.Compare(x.Namespace, y.Namespace),
			cmp.Compare(x.Name, y.Name),
		)
	})
	return pods
}
