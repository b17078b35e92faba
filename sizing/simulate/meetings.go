package simulate

import (
	"math"
	"slices"
	"time"
)

// arrive starts meetings between the hours as a Poisson process, which replaces those
// that end, and never more than the hour asks for.
func (r *run) arrive() {
	if len(r.rooms) < r.wanted() {
		r.start()
	}
	rate := float64(r.cfg.Meetings) * r.peakShare / r.cfg.Length.Seconds()
	if rate <= 0 {
		return
	}
	gap := time.Duration(r.random.ExpFloat64() / rate * float64(time.Second))
	r.after(gap, (*run).arrive)
}

// schedule starts the meetings of an hour: most meetings are scheduled on the hour, and
// the first of their people come within the spread.
func (r *run) schedule() {
	for range r.wanted() - len(r.rooms) {
		r.after(time.Duration(r.random.Float64()*float64(r.cfg.Spread)), func(r *run) {
			if len(r.rooms) < r.wanted() {
				r.start()
			}
		})
	}
	r.after(time.Hour, (*run).schedule)
}

// wanted is the number of meetings the present hour asks for at most.
func (r *run) wanted() int {
	share := r.cfg.Profile[int(r.now.Hours())%len(r.cfg.Profile)]
	return int(math.Ceil(share * float64(r.cfg.Meetings)))
}

func (r *run) start() {
	r.nextRoom++
	m := &room{id: r.nextRoom}
	r.rooms[m] = struct{}{}
	r.report.Meetings++
	r.report.PeakMeetings = max(r.report.PeakMeetings, len(r.rooms))
	steps := min(cohorts, r.cfg.Participants)
	for step := range steps {
		size := r.cfg.Participants*(step+1)/steps - r.cfg.Participants*step/steps
		r.after(r.cfg.Fill*time.Duration(step)/time.Duration(steps), func(r *run) { r.join(m, size) })
	}
	length := time.Duration(r.random.ExpFloat64() * float64(r.cfg.Length))
	r.after(max(length, r.cfg.Fill), func(r *run) { r.end(m) })
}

// join lets a cohort into a meeting. LiveKit refuses participants when the room's node has
// reached its limits, and does not move the room. It does not ask when the room is made:
// whoever makes it is let in, and nobody after. A node without CPU or bandwidth below its
// limits still accepts them, and everybody on it suffers.
func (r *run) join(m *room, size int) {
	if m.ended {
		return
	}
	r.report.Joins += size
	admitted := size
	switch {
	case m.node == nil:
		n := r.pick()
		if n == nil {
			r.report.Rejected += size
			return
		}
		r.place(m, n)
		if r.full(n) {
			admitted = 1
		}
	case r.full(m.node):
		admitted = 0
	}
	r.report.Rejected += size - admitted
	if admitted == 0 {
		return
	}
	m.node.change(r.now)
	grown := r.cfg.RoomLoad(m.participants + admitted)
	m.participants += admitted
	m.node.load = m.node.load.plus(grown.minus(m.load))
	m.node.clients += admitted
	m.load = grown
	r.participants += admitted
	r.report.PeakParticipants = max(r.report.PeakParticipants, r.participants)
	if r.over(m.node) {
		r.report.Degraded += admitted
	}
}

func (r *run) end(m *room) {
	if m.ended {
		return
	}
	m.ended = true
	r.leave(m)
	delete(r.rooms, m)
	r.participants -= m.participants
}

// lose kills nodes. Their rooms come back on other nodes after the reconnect time.
func (r *run) lose(count int) {
	for range min(count, len(r.nodes)) {
		n := r.nodes[r.random.IntN(len(r.nodes))]
		victims := make([]*room, 0, len(n.rooms))
		for m := range n.rooms {
			victims = append(victims, m)
		}
		// Maps have no order, and a run must be repeatable.
		slices.SortFunc(victims, func(a, b *room) int { return a.id - b.id })
		r.remove(n)
		r.report.LostNodes++
		for _, m := range victims {
			r.report.Interrupted += m.participants
			m.node = nil
			r.after(r.cfg.Reconnect, func(r *run) { r.reconnect(m) })
		}
	}
}

func (r *run) reconnect(m *room) {
	if m.ended || m.node != nil {
		return
	}
	n := r.pick()
	if n == nil || r.full(n) {
		r.report.Rejected += m.participants
		r.end(m)
		return
	}
	r.place(m, n)
	if r.over(n) {
		r.report.Degraded += m.participants
	}
}
