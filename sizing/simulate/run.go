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
	Meetings     int `json:"meetings"`
	PeakMeetings int `json:"peakMeetings"`
	// PeakParticipants is the most participants in meetings at the same time.
	PeakParticipants int `json:"peakParticipants"`
	// Crowded is meetings that were put on a node which had its planned number already,
	// and those that came back to one after a loss.
	Crowded int `json:"crowded"`
	// Joins counts attempts to join. Rejected were refused, Degraded were let in to
	// a node without CPU or bandwidth left, Interrupted lost their node during the meeting.
	Joins       int `json:"joins"`
	Rejected    int `json:"rejected"`
	Degraded    int `json:"degraded"`
	Interrupted int `json:"interrupted"`
	// LoadP50, LoadP99 and LoadMax describe node CPU load over all node-minutes, as
	// a share of capacity.
	LoadP50 float64 `json:"loadP50"`
	LoadP99 float64 `json:"loadP99"`
	LoadMax float64 `json:"loadMax"`
	// BitsMax is the highest egress of one node in bits per second.
	BitsMax float64 `json:"bitsPerSecondMax"`
	// PeakNodes is the most nodes at the same time, LostNodes those that died.
	PeakNodes int `json:"peakNodes"`
	LostNodes int `json:"lostNodes"`
	// NodeHours is the sum of the nodes' lifetimes in hours.
	NodeHours float64 `json:"nodeHours"`
	// Hours is the day by hour, for charts.
	Hours [24]Hour `json:"hours"`
}

// Hour is the mean of one hour.
type Hour struct {
	Participants float64 `json:"participants"`
	Nodes        float64 `json:"nodes"`
	// Load is the mean node load as a share of capacity.
	Load float64 `json:"load"`
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
	below        []*node
	nextNode     int
	rooms        map[*room]struct{}
	nextRoom     int
	participants int
	peakShare    float64

	// steps are the nodes that the autoscaler added (1) or took (-1) lately.
	wishes, steps []recommendation
	pending       int

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
		cfg:       cfg,
		random:    rand.New(rand.NewPCG(cfg.Seed, 0)),
		rooms:     map[*room]struct{}{},
		peakShare: slices.Max(cfg.Profile[:]),
	}
	for range cfg.Nodes {
		r.addNode()
	}
	r.schedule()
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
