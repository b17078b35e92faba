package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Policy is how LiveKit picks the node of a new room (node_selector in LiveKit's
// configuration; pkg/routing/selector in its source).
type Policy string

const (
	// LowestLoad picks the node with the lowest CPU load (sort_by: cpuload).
	LowestLoad Policy = "cpuload"
	// FewestRooms picks the node with the fewest rooms (sort_by: rooms).
	FewestRooms Policy = "rooms"
	// TwoChoice picks the less loaded of two random nodes (algorithm: twochoice).
	TwoChoice Policy = "twochoice"
	// Random picks any node (sort_by: random).
	Random Policy = "random"
)

// Policies lists the known policies.
var Policies = []Policy{LowestLoad, FewestRooms, TwoChoice, Random}

// Load is what one room asks of its node.
type Load struct {
	// Packets is packets forwarded per second.
	Packets float64
	// Bits is egress in bits per second.
	Bits float64
}

func (l Load) plus(other Load) Load  { return Load{l.Packets + other.Packets, l.Bits + other.Bits} }
func (l Load) minus(other Load) Load { return Load{l.Packets - other.Packets, l.Bits - other.Bits} }

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
	// Profile is the share of the peak that each hour of the day asks for, 0 to 1.
	Profile [24]float64
	// RoomLoad is what a room with this many participants asks of its node. It must
	// not fall when participants join.
	RoomLoad func(participants int) Load
	// Capacity is what one node carries at 100 % load.
	Capacity Load
	// LoadLimit is the CPU share above which a node gets no new room while others
	// are below it (LiveKit's cpu_load_limit, 0.9 by default).
	LoadLimit float64
	// Policy is how a node is picked.
	Policy Policy
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
// node pool's autoscaler behind it.
type Autoscale struct {
	// Min and Max bound the nodes.
	Min, Max int
	// Target is the CPU utilization the HPA steers to, 0 to 1.
	Target float64
	// UpWindow and DownWindow are the stabilization windows.
	UpWindow, DownWindow time.Duration
	// DownPercent is the share of nodes that may go per DownPeriod.
	DownPercent int
	DownPeriod  time.Duration
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
	share("loadLimit", c.LoadLimit)
	if c.Length < time.Minute || c.Length > day {
		bad("length", c.Length, "between 1m and 24h")
	}
	if c.Fill < 0 || c.Fill > day {
		bad("fill", c.Fill, "between 0 and 24h")
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
	known := false
	for _, p := range Policies {
		known = known || p == c.Policy
	}
	if !known {
		bad("policy", c.Policy, fmt.Sprintf("one of %v", Policies))
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
		between("autoscale.downPercent", a.DownPercent, 0, 100)
		share("autoscale.target", a.Target)
		if a.DownPeriod < hpaPeriod || a.UpWindow < 0 || a.DownWindow < 0 || a.NodeReady < 0 {
			bad("autoscale windows", *a, fmt.Sprintf("not negative, and downPeriod at least %s", hpaPeriod))
		}
	}
	return errors.Join(problems...)
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 0) }
