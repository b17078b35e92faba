package simulate

// node is one SFU node.
type node struct {
	id       int
	load     Load
	rooms    map[*room]struct{}
	draining bool
	gone     bool
}

// room is one meeting. node is nil while its participants reconnect.
type room struct {
	id           int
	participants int
	load         Load
	node         *node
	ended        bool
}

// cpu is the node's load as a share of its capacity; the scarcer of packets and
// bandwidth is not mixed in, because LiveKit's selector looks at CPU only.
func (r *run) cpu(n *node) float64 { return n.load.Packets / r.cfg.Capacity.Packets }

// pick returns the node for a new room as LiveKit would: among the nodes below the
// load limit, or among all when none is (pkg/routing/selector/cpuload.go). It
// returns nil when there is no node at all.
func (r *run) pick() *node {
	candidates := r.candidates[:0]
	var all []*node
	for _, n := range r.nodes {
		if n.draining || n.gone {
			continue
		}
		all = append(all, n)
		if r.cpu(n) < r.cfg.LoadLimit {
			candidates = append(candidates, n)
		}
	}
	r.candidates = candidates
	if len(candidates) == 0 {
		candidates = all
	}
	if len(candidates) == 0 {
		return nil
	}
	switch r.cfg.Policy {
	case Random:
		return candidates[r.random.IntN(len(candidates))]
	case TwoChoice:
		a, b := candidates[r.random.IntN(len(candidates))], candidates[r.random.IntN(len(candidates))]
		if r.cpu(b) < r.cpu(a) {
			return b
		}
		return a
	case FewestRooms:
		best := candidates[0]
		for _, n := range candidates[1:] {
			if len(n.rooms) < len(best.rooms) {
				best = n
			}
		}
		return best
	default:
		best := candidates[0]
		for _, n := range candidates[1:] {
			if r.cpu(n) < r.cpu(best) {
				best = n
			}
		}
		return best
	}
}

// place puts a room on a node.
func (r *run) place(m *room, n *node) {
	m.node = n
	n.rooms[m] = struct{}{}
	n.load = n.load.plus(m.load)
}

// leave takes a room off its node.
func (r *run) leave(m *room) {
	n := m.node
	if n == nil {
		return
	}
	delete(n.rooms, m)
	n.load = n.load.minus(m.load)
	if len(n.rooms) == 0 {
		n.load = Load{} // no rounding errors pile up over a day
		if n.draining {
			r.remove(n)
		}
	}
	m.node = nil
}

func (r *run) remove(n *node) {
	n.gone = true
	for i, other := range r.nodes {
		if other == n {
			r.nodes = append(r.nodes[:i], r.nodes[i+1:]...)
			return
		}
	}
}

func (r *run) addNode() {
	r.nextNode++
	r.nodes = append(r.nodes, &node{id: r.nextNode, rooms: map[*room]struct{}{}})
	r.report.PeakNodes = max(r.report.PeakNodes, len(r.nodes))
}

// active is the number of nodes that take rooms.
func (r *run) active() int {
	n := 0
	for _, other := range r.nodes {
		if !other.draining {
			n++
		}
	}
	return n
}
