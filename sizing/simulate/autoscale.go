package simulate

import (
	"math"
	"slices"
	"time"
)

// tolerance is the HPA's: a ratio within 10 % of 1 changes nothing
// (kube-controller-manager's --horizontal-pod-autoscaler-tolerance, default 0.1).
const tolerance = 0.1

// recommendation is one wish of the HPA, kept for the stabilization windows.
type recommendation struct {
	at    time.Duration
	nodes int
}

// scale is one sync of the HPA and the node pool's autoscaler behind it.
func (r *run) scale() {
	r.after(hpaPeriod, (*run).scale)
	a := r.cfg.Autoscale
	active := r.active()
	if active == 0 {
		r.grow(a.Min - r.pending)
		return
	}
	r.steps = slices.DeleteFunc(r.steps, func(s recommendation) bool { return r.now-s.at >= max(a.UpPeriod, a.DownPeriod) })
	var sum float64
	for _, n := range r.nodes {
		if !n.draining {
			sum += r.cpu(n)
		}
	}
	ratio := sum / float64(active) / a.Target
	wish := active
	if math.Abs(ratio-1) > tolerance {
		wish = int(math.Ceil(ratio * float64(active)))
	}
	wish = min(max(wish, a.Min), a.Max)
	r.wishes = append(r.wishes, recommendation{r.now, wish})
	keep := max(a.UpWindow, a.DownWindow)
	for len(r.wishes) > 0 && r.now-r.wishes[0].at > keep {
		r.wishes = r.wishes[1:]
	}
	// Up follows the lowest wish of its window, down the highest.
	up, down := wish, wish
	for _, w := range r.wishes {
		age := r.now - w.at
		if age <= a.UpWindow {
			up = min(up, w.nodes)
		}
		if age <= a.DownWindow {
			down = max(down, w.nodes)
		}
	}
	switch present := active + r.pending; {
	case up > present:
		r.grow(min(up-present, a.UpNodes-r.stepped(a.UpPeriod, 1)))
	case down < active && r.pending == 0:
		r.shrink(active - down)
	}
}

// stepped returns how many nodes were added, or with a sign of -1 taken, in the period.
func (r *run) stepped(period time.Duration, sign int) int {
	sum := 0
	for _, s := range r.steps {
		if r.now-s.at < period {
			sum += max(sign*s.nodes, 0)
		}
	}
	return sum
}

func (r *run) grow(count int) {
	for range max(count, 0) {
		r.pending++
		r.steps = append(r.steps, recommendation{r.now, 1})
		r.after(r.cfg.Autoscale.NodeReady, func(r *run) {
			r.pending--
			r.addNode()
		})
	}
}

// shrink drains the newest nodes, as many as the policy allows in its period: a ReplicaSet
// deletes the pods first that became ready last, whatever meetings they have. A draining
// node keeps its meetings and goes when the last one ends.
func (r *run) shrink(count int) {
	a := r.cfg.Autoscale
	for range min(count, a.DownNodes-r.stepped(a.DownPeriod, -1)) {
		var newest *node
		for _, n := range r.nodes {
			if !n.draining {
				newest = n
			}
		}
		r.steps = append(r.steps, recommendation{r.now, -1})
		newest.draining = true
		if len(newest.rooms) == 0 {
			r.remove(newest)
		}
	}
}
