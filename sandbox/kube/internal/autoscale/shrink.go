package autoscale

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// How many nodes may go in one round: the cluster autoscaler's defaults for
// --max-scale-down-parallelism and --max-drain-parallelism (FAQ, see doc.go).
const (
	maxRemoved = 10
	maxDrained = 1
)

// shrink finds the nodes that the cluster can do without. The simulation must
// hold the waiting pods already, so that their room is not given away.
func (a *Autoscaler) shrink(sim *simulation, state State, pools []Pool, now time.Time) []Decision {
	target := map[string]int{}
	for _, p := range pools {
		target[p.ID] = p.Count
	}
	least := map[string]int{}
	for _, p := range pools {
		least[p.ID] = p.Min
	}
	removed := map[string][]string{}
	unneeded := map[string]time.Time{}
	total, drained := 0, 0
	for _, h := range sim.emptiestFirst() {
		pool := h.node.Labels[a.opts.PoolLabel]
		size, autoscaled := target[pool]
		if !autoscaled || h.added != nil || h.node.Spec.Unschedulable || size <= least[pool] {
			continue
		}
		movable := evictees(h.pods)
		if sim.utilization(h) >= a.opts.Utilization && len(movable) > 0 {
			continue
		}
		if pinned(movable, state.Budgets) || !sim.empty(h, movable) {
			continue
		}
		// From here on the simulation has moved the pods and lost the node, also
		// when it is not its time yet: the next candidate must not count on it.
		target[pool]--
		since, seen := a.since[h.node.Name]
		if !seen {
			since = now
		}
		unneeded[h.node.Name] = since
		if now.Sub(since) < a.opts.Unneeded || total >= maxRemoved || len(movable) > 0 && drained >= maxDrained {
			continue
		}
		total++
		if len(movable) > 0 {
			drained++
		}
		removed[pool] = append(removed[pool], h.node.Name)
	}
	a.since = unneeded
	var decisions []Decision
	for _, p := range pools {
		if names := removed[p.ID]; len(names) > 0 {
			decisions = append(decisions, Decision{PoolID: p.ID, Count: p.Count - len(names), Remove: names})
		}
	}
	return decisions
}

// empty moves the pods to other nodes that exist and drops the host. When one of
// them has no place it undoes all and returns false.
func (s *simulation) empty(h *host, pods []*corev1.Pod) bool {
	var others []*host
	for _, other := range s.hosts {
		if other != h && other.added == nil {
			others = append(others, other)
		}
	}
	type move struct {
		pod *corev1.Pod
		to  *host
	}
	var moves []move
	for _, pod := range s.largestFirst(pods) {
		s.remove(pod, h)
		to := s.firstFit(pod, others)
		if to == nil {
			s.place(pod, h)
			for _, m := range moves {
				s.remove(m.pod, m.to)
				s.place(m.pod, h)
			}
			return false
		}
		s.place(pod, to)
		moves = append(moves, move{pod, to})
	}
	s.dropHost(h)
	return true
}

// utilization returns the share of the node's CPU or memory that its pods
// request, whichever is larger.
func (s *simulation) utilization(h *host) float64 {
	share := 0.0
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		all := h.node.Status.Allocatable[name]
		free := h.free[name]
		if all.IsZero() {
			continue
		}
		share = max(share, 1-free.AsApproximateFloat64()/all.AsApproximateFloat64())
	}
	return share
}

// emptiestFirst returns the hosts by utilization; ties by name.
func (s *simulation) emptiestFirst() []*host {
	hosts := slices.Clone(s.hosts)
	slices.SortFunc(hosts, func(x, y *host) int {
		return cmp.Or(cmp.Compare(s.utilization(x), s.utilization(y)), cmp.Compare(x.node.Name, y.node.Name))
	})
	return hosts
}
