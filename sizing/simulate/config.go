package simulate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Load is what one room asks of its node.
type Load struct {
	// Packets is packets forwarded per second.
	Packets float64
	// Bits is egress, BitsIn ingress in bits per second.
	Bits, BitsIn float64
	// Tracks is published and subscribed tracks.
	Tracks float64
}

func (l Load) plus(other Load) Load {
	return Load{l.Packets + other.Packets, l.Bits + other.Bits, l.BitsIn + other.BitsIn, l.Tracks + other.Tracks}
}

func (l Load) minus(other Load) Load {
	return Load{l.Packets - other.Packets, l.Bits - other.Bits, l.BitsIn - other.BitsIn, l.Tracks - other.Tracks}
}

// bits is both ways, as LiveKit adds them.
func (l Load) bits() float64 { return l.Bits + l.BitsIn }

// Limit is where LiveKit refuses who joins a room of the node (limit.num_tracks and
// limit.bytes_per_sec, in bits, in and out together); 0 is no limit.
type Limit struct{ Tracks, Bits float64 }

// Config is one run.
type Config struct {
	// Seed makes the run repeatable.
	Seed uint64
	// Meetings is the number of meetings at the same time at the peak; it is a
	// ceiling. Participants is the size of each.
	Meetings, Participants int
	// Length is the mean length of a meeting; lengths are exponential.
	Length time.Duration
	// Fill is how long a meeting takes to fill after it starts.
	Fill time.Duration
	// Spread is the time after the hour in which its meetings start, each when its first
	// participant comes: that makes the room.
	Spread time.Duration
	// Profile is the share of the peak that each hour of the day asks for, 0 to 1.
	Profile [24]float64
	// RoomLoad is what a room with this many participants asks of its node. It must
	// not fall when participants join.
	RoomLoad func(participants int) Load
	// Capacity is what one node carries at 100 % load.
	Capacity Load
	// Limit is what a node is configured to admit.
	Limit Limit
	// RoomsPerNode is the full meetings that a node is planned with.
	RoomsPerNode int
	// Selector picks the node of a new room.
	Selector Selector
	// CPUShare is what Capacity.Packets take of the CPUs that LiveKit counts its load by, 0
	// to 1; 0 is all.
	CPUShare float64
	// Nodes is the number of nodes at midnight.
	Nodes int
	// Autoscale is the autoscaler; nil keeps the nodes fixed.
	Autoscale *Autoscale
	// Losses are the nodes that die without warning.
	Losses []Loss
	// Reconnect is how long participants of a lost node are without their meeting:
	// LiveKit's own failure detection takes 10 to 30 s (ICE disconnected 10 s and
	// failed 5 s, signal timeout 15 s: pkg/rtc/transport.go, participant.go).
	Reconnect time.Duration
}

// Autoscale is a HorizontalPodAutoscaler on CPU with one pod per node, and the
// node pool's autoscaler behind it. Sites are taken together.
type Autoscale struct {
	// Min and Max bound the nodes.
	Min, Max int
	// Target is the CPU utilization the HPA steers to, 0 to 1.
	Target float64
	// UpWindow and DownWindow are the stabilization windows.
	UpWindow, DownWindow time.Duration
	// UpNodes may come per UpPeriod, and DownNodes go per DownPeriod.
	UpNodes, DownNodes   int
	UpPeriod, DownPeriod time.Duration
	// NodeReady is how long a new node takes from the wish to the first room.
	NodeReady time.Duration
}

// Loss is the sudden death of nodes.
type Loss struct {
	// At is the time since midnight.
	At time.Duration
	// Nodes is how many die at once.
	Nodes int
}

// Limits of a run that still finishes in seconds; they are guards against typing
// errors, ten times and more above the platform's target.
const (
	maxMeetings     = 10_000
	maxParticipants = 100_000
	maxNodes        = 100_000
)

// check returns every problem of the configuration.
func (c Config) check() error {
	var problems []error
	bad := func(field string, value any, allowed string) {
		problems = append(problems, fmt.Errorf("%s: %v: must be %s", field, value, allowed))
	}
	between := func(field string, n, low, high int) {
		if n < low || n > high {
			bad(field, n, fmt.Sprintf("between %d and %d", low, high))
		}
	}
	share := func(field string, x float64) {
		if math.IsNaN(x) || x <= 0 || x > 1 {
			bad(field, x, "above 0 and at most 1")
		}
	}
	between("meetings", c.Meetings, 1, maxMeetings)
	between("participants", c.Participants, 1, maxParticipants)
	between("nodes", c.Nodes, 1, maxNodes)
	between("roomsPerNode", c.RoomsPerNode, 0, maxMeetings)
	share("selector.cpuLoadLimit", c.Selector.CPULoadLimit)
	share("cpuShare", cmp.Or(c.CPUShare, 1))
	if !slices.Contains(Sorts, c.Selector.SortBy) {
		bad("selector.sortBy", fmt.Sprintf("%q", c.Selector.SortBy), fmt.Sprintf("one of %v", Sorts))
	}
	if !slices.Contains(Algorithms, c.Selector.Algorithm) {
		bad("selector.algorithm", fmt.Sprintf("%q", c.Selector.Algorithm), fmt.Sprintf("one of %v", Algorithms))
	}
	if !(c.Limit.Tracks >= 0) || !(c.Limit.Bits >= 0) {
		bad("limit", c.Limit, "not negative")
	}
	if c.Length < time.Minute || c.Length > day {
		bad("length", c.Length, "between 1m and 24h")
	}
	if c.Fill < 0 || c.Fill > day {
		bad("fill", c.Fill, "between 0 and 24h")
	}
	if c.Spread < 0 || c.Spread >= time.Hour {
		bad("spread", c.Spread, "at least 0 and below 1h")
	}
	if c.Reconnect < 0 || c.Reconnect > time.Hour {
		bad("reconnect", c.Reconnect, "between 0 and 1h")
	}
	if !positive(c.Capacity.Packets) || !positive(c.Capacity.Bits) {
		bad("capacity", c.Capacity, "positive packets and bits per second")
	}
	if c.RoomLoad == nil {
		bad("roomLoad", "missing", "given")
	}
	for hour, x := range c.Profile {
		if math.IsNaN(x) || x < 0 || x > 1 {
			bad(fmt.Sprintf("profile[%d]", hour), x, "between 0 and 1")
		}
	}
	for i, loss := range c.Losses {
		if loss.At < 0 || loss.At >= day {
			bad(fmt.Sprintf("losses[%d].at", i), loss.At, "within the day")
		}
		between(fmt.Sprintf("losses[%d].nodes", i), loss.Nodes, 1, maxNodes)
	}
	if a := c.Autoscale; a != nil {
		between("autoscale.min", a.Min, 1, maxNodes)
		between("autoscale.max", a.Max, max(a.Min, 1), maxNodes)
		between("autoscale.upNodes", a.UpNodes, 1, maxNodes)
		between("autoscale.downNodes", a.DownNodes, 1, maxNodes)
		share("autoscale.target", a.Target)
		if a.UpPeriod < hpaPeriod || a.DownPeriod < hpaPeriod || a.UpWindow < 0 || a.DownWindow < 0 || a.NodeReady < 0 {
			bad("autoscale windows", *a, fmt.Sprintf("not negative, and periods at least %s", hpaPeriod))
		}
	}
	return errors.Join(problems...)
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
