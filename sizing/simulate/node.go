package simulate

import "time"

// publishEvery is how often a node publishes what it does (livekit pkg/config,
// stats_update_interval). Until then, others pick by what it published before.
const publishEvery = 2 * time.Second

// stats is what a node publishes.
type stats struct {
	rooms, clients int
	load           Load
}

// node is one SFU node.
type node struct {
	id       int
	load     Load
	clients  int
	rooms    map[*room]struct{}
	draining bool
	gone     bool

	// phase is when in every two seconds the node publishes; old is what it had
	// published before the tick that changed is in.
	phase   time.Duration
	old     stats
	changed time.Duration
}

func (n *node) tick(now time.Duration) time.Duration { return (now + n.phase) / publishEvery }

func (n *node) stats() stats { return stats{len(n.rooms), n.clients, n.load} }

// seen is what the node published last. Nothing changed between the last change and the
// tick after it, so that no event is needed for each tick.
func (n *node) seen(now time.Duration) stats {
	if n.tick(now) > n.changed {
		return n.stats()
	}
	return n.old
}

// change is called before each change of what the node publishes.
func (n *node) change(now time.Duration) {
	if tick := n.tick(now); tick > n.changed {
		n.old, n.changed = n.stats(), tick
	}
}

// room is one meeting. node is nil while its participants reconnect.
type room struct {
	id           int
	participants int
	load         Load
	node         *node
	ended        bool
}

// cpu is the node's load as a share of its capacity; bandwidth is not mixed in, because
// LiveKit's selector looks at CPU only.
func (r *run) cpu(n *node) float64 { return n.load.Packets / r.cfg.Capacity.Packets }

// over reports whether the node has no CPU or no bandwidth left.
func (r *run) over(n *node) bool { return r.cpu(n) > 1 || n.load.Bits > r.cfg.Capacity.Bits }

// place puts a room on a node.
func (r *run) place(m *room, n *node) {
	n.change(r.now)
	if k := r.cfg.RoomsPerNode; k > 0 && len(n.rooms) >= k {
		r.report.Crowded++
	}
	m.node = n
	n.rooms[m] = struct{}{}
	n.load = n.load.plus(m.load)
	n.clients += m.participants
}

// leave takes a room off its node.
func (r *run) leave(m *room) {
	n := m.node
	if n == nil {
		return
	}
	n.change(r.now)
	delete(n.rooms, m)
	n.load = n.load.minus(m.load)
	n.clients -= m.participants
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
	phase := time.Duration(r.random.Int64N(int64(publishEvery)))
	n := &node{id: r.nextNode, rooms: map[*room]struct{}{}, phase: phase}
	n.changed = n.tick(r.now)
	r.nodes = append(r.nodes, n)
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
