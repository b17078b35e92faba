package autoscale

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Autoscaler remembers since when nodes have been unneeded. It is safe for
// concurrent use.
type Autoscaler struct {
	opts Options

	mu    sync.Mutex
	since map[string]time.Time // node UID or name -> first round in which it was unneeded
}

// New returns an autoscaler that has seen nothing yet.
func New(opts Options) *Autoscaler {
	return &Autoscaler{opts: opts, since: map[string]time.Time{}}
}

// Decide runs one round: it returns the pools whose size should change, ordered
// by pool ID. A round that makes some pool grow lets none shrink, because the new
// pods have not found their places yet.
func (a *Autoscaler) Decide(state State, pools []Pool, now time.Time) []Decision {
	a.mu.Lock()
	defer a.mu.Unlock()
	byPrice := slices.Clone(pools)
	slices.SortFunc(byPrice, func(x, y Pool) int {
		return cmp.Or(cmp.Compare(x.Price, y.Price), cmp.Compare(x.ID, y.ID))
	})
	sim := newSimulation(withoutStartupTaints(state))
	decisions := a.grow(sim, state, byPrice)
	if len(decisions) == 0 {
		decisions = a.shrink(sim, state, byPrice, now)
	} else {
		clear(a.since)
	}
	slices.SortFunc(decisions, func(x, y Decision) int { return cmp.Compare(x.PoolID, y.PoolID) })
	return decisions
}
