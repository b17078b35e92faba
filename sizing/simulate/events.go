package simulate

import (
	"container/heap"
	"time"
)

const (
	day = 24 * time.Hour
	// hpaPeriod is the HPA's sync period (kube-controller-manager's
	// --horizontal-pod-autoscaler-sync-period, default 15s).
	hpaPeriod = 15 * time.Second
	// sampleEvery is how often node load is recorded: the resolution of dashboards.
	sampleEvery = time.Minute
	// cohorts is the number of steps in which a meeting fills. Twenty steps of 500
	// participants are 25 joins each, finer than any node's headroom.
	cohorts = 20
)

// event is something that happens at a time. seq keeps events of one instant in
// the order they were made, so that a run is repeatable.
type event struct {
	at  time.Duration
	seq int
	run func(*run)
}

type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].at != q[j].at {
		return q[i].at < q[j].at
	}
	return q[i].seq < q[j].seq
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(event)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// after schedules f; what lies beyond the day never happens.
func (r *run) after(delay time.Duration, f func(*run)) {
	at := r.now + delay
	if at >= day {
		return
	}
	r.seq++
	heap.Push(&r.queue, event{at: at, seq: r.seq, run: f})
}
