package simulate

import (
	"container/heap"
	"math/rand/v2"
	"slices"
	"time"
)

// Report is what a day was like.
type Report struct {
	// Meetings started, and the most at the same time.
	Meetings, PeakMeetings int
	// PeakParticipants is the most participants in meetings at the same time.
	PeakParticipants int
	// Joins counts attempts to join. Rejected were refused, Degraded were let in to
	// a node without CPU left, Interrupted lost their node during the meeting.
	Joins, Rejected, Degraded, Interrupted int
	// LoadP50, LoadP99 and LoadMax describe node CPU load over all node-minutes, as
	// a share of capacity.
	LoadP50, LoadP99, LoadMax float64
	// BitsMax is the highest egress of one node in bits per second.
	BitsMax float64
	// PeakNodes is the most nodes at the same time, LostNodes those that died.
	PeakNodes, LostNodes int
	// NodeHours is the sum of the nodes' lifetimes in hours.
	NodeHours float64
	// Hours is the day by hour, for charts.
	Hours [24]Hour
}

// Hour is the mean of one hour.
type Hour struct {
	Participants, Nodes float64
	// Load is the mean node load as a share of capacity.
	Load float64
}

// run is the state of a simulation.
type run struct {
	cfg    Config
	random *rand.Rand
	now    time.Duration
	seq    int
	queue  queue

	nodes        []*node
	candidates   []*node
	nextNode     int
	rooms        map[*room]struct{}
	nextRoom     int
	participants int
	peakShare    float64

	wishes     []recommendation
	pending    int
	lastShrink time.Duration

	samples []float64
	counts  [24]int
	report  Report
}

// Day simulates one day. The error names every field of the configuration that is
// out of its limits.
func Day(cfg Config) (*Report, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	r := &run{
		cfg:        cfg,
		random:     rand.New(rand.NewPCG(cfg.Seed, 0)),
		rooms:      map[*room]struct{}{},
		peakShare:  slices.Max(cfg.Profile[:]),
		lastShrink: -day,
	}
	for range cfg.Nodes {
		r.addNode()
	}
	r.arrive()
	r.sample()
	if cfg.Autoscale != nil {
		r.scale()
	}
	for _, loss := range cfg.Losses {
		r.after(loss.At, func(r *run) { r.lose(loss.Nodes) })
	}
	for r.queue.Len() > 0 {
		next := heap.Pop(&r.queue).(event)
		r.now = next.at
		next.run(r)
	}
	r.finish()
	return &r.report, nil
}

// sample records the load of every node, once a minute.
func (r *run) sample() {
	r.after(sampleEvery, (*run).sample)
	hour := &r.report.Hours[int(r.now.Hours())]
	r.counts[int(r.now.Hours())]++
	hour.Participants += float64(r.participants)
	hour.Nodes += float64(len(r.nodes))
	r.report.NodeHours += float64(len(r.nodes)) * sampleEvery.Hours()
	var sum float64
	for _, n := range r.nodes {
		load := r.cpu(n)
		sum += load
		r.samples = append(r.samples, load)
		r.report.BitsMax = max(r.report.BitsMax, n.load.Bits)
	}
	if len(r.nodes) > 0 {
		hour.Load += sum / float64(len(r.nodes))
	}
}

func (r *run) finish() {
	for i := range r.report.Hours {
		if n := float64(r.counts[i]); n > 0 {
			r.report.Hours[i].Participants /= n
			r.report.Hours[i].Nodes /= n
			r.report.Hours[i].Load /= n
		}
	}
	if len(r.samples) == 0 {
		return
	}
	slices.Sort(r.samples)
	quantile := func(q float64) float64 { return r.samples[int(q*float64(len(r.samples)-1))] }
	r.report.LoadP50, r.report.LoadP99, r.report.LoadMax = quantile(0.5), quantile(0.99), quantile(1)
}
