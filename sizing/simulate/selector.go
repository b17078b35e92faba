package simulate

import (
	"cmp"
	"slices"
)

// Selector is how LiveKit picks the node of a new room (node_selector of kind cpuload in
// its configuration; pkg/routing/selector in its source).
type Selector struct {
	// SortBy is one of Sorts, Algorithm one of Algorithms.
	SortBy, Algorithm string
	// CPULoadLimit is the CPU share from which a node gets no new room while another
	// is below it, above 0 and at most 1.
	CPULoadLimit float64
}

// Sorts and Algorithms are LiveKit's, but for the sort by the host's load average, which
// the simulation does not have.
var (
	Sorts      = []string{"random", "cpuload", "rooms", "clients", "tracks", "bytespersec"}
	Algorithms = []string{"lowest", "twochoice"}
)

// Or returns the selector with what it does not say as other says.
func (s Selector) Or(other Selector) Selector {
	return Selector{
		SortBy: cmp.Or(s.SortBy, other.SortBy), Algorithm: cmp.Or(s.Algorithm, other.Algorithm),
		CPULoadLimit: cmp.Or(s.CPULoadLimit, other.CPULoadLimit),
	}
}

// pick returns the node for a new room by what the nodes last published: among those below
// the load limit, or among all when none is. LiveKit does not ask here whether the node has
// reached its limits. It returns nil when there is no node at all.
func (r *run) pick() *node {
	candidates, below := r.candidates[:0], r.below[:0]
	for _, n := range r.nodes {
		if n.draining {
			continue
		}
		candidates = append(candidates, n)
		if n.seen(r.now).load.Packets/r.cfg.Capacity.Packets*cmp.Or(r.cfg.CPUShare, 1) < r.cfg.Selector.CPULoadLimit {
			below = append(below, n)
		}
	}
	r.candidates, r.below = candidates, below
	if len(below) > 0 {
		candidates = below
	}
	if len(candidates) == 0 {
		return nil
	}
	if r.cfg.Selector.Algorithm == "twochoice" && len(candidates) > 2 {
		two := r.random.Perm(len(candidates))
		candidates = []*node{candidates[two[0]], candidates[two[1]]}
	}
	if r.cfg.Selector.SortBy == "random" {
		return candidates[r.random.IntN(len(candidates))]
	}
	// Of equal nodes LiveKit takes the first, in an order that does not change: rooms
	// made between two publications all go there.
	return slices.MinFunc(candidates, func(a, b *node) int {
		return cmp.Compare(r.sortKey(a), r.sortKey(b))
	})
}

func (r *run) sortKey(n *node) float64 {
	s := n.seen(r.now)
	switch r.cfg.Selector.SortBy {
	case "rooms":
		return float64(s.rooms)
	case "clients":
		return float64(s.clients)
	case "tracks":
		return s.load.Tracks
	case "bytespersec":
		return s.load.bits()
	default:
		return s.load.Packets
	}
}

// full reports whether LiveKit refuses who joins a room of the node (LimitsReached).
func (r *run) full(n *node) bool {
	load, limit := n.seen(r.now).load, r.cfg.Limit
	return limit.Tracks > 0 && load.Tracks >= limit.Tracks || limit.Bits > 0 && load.bits() >= limit.Bits
}
