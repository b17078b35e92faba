package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/simulate"
)

// Day lengths the target does not state.
const (
	// meetingLength is the mean length of a meeting: the design's "average 2 hours".
	meetingLength = 2 * time.Hour
	// meetingFill is how long a meeting takes to fill. No source gives a figure;
	// five minutes is when a scheduled meeting usually starts.
	meetingFill = 5 * time.Minute
	// reconnect is the middle of the 10 to 30 s that LiveKit's detection constants
	// allow (see simulate.Config).
	reconnect = 20 * time.Second
)

// Simulation returns the configuration of a day on a plan's SFU nodes.
func Simulation(p *sizing.Plan, seed uint64, policy simulate.Policy) simulate.Config {
	size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleSFU))
	node := p.Target.SFUCapacity(size, p.Options)
	cfg := simulate.Config{
		Seed: seed, Meetings: p.Target.Meetings, Participants: p.Target.ParticipantsPerMeeting,
		Length: meetingLength, Fill: meetingFill, Reconnect: reconnect,
		RoomLoad: func(participants int) simulate.Load {
			room := p.Target.Room(participants)
			return simulate.Load{Packets: room.PacketsOut, Bits: room.BitsOut}
		},
		Capacity: simulate.Load{Packets: node.FullPacketsPerSecond, Bits: node.FullBitsPerSecond},
		// LiveKit's default cpu_load_limit.
		LoadLimit: 0.9, Policy: policy, Nodes: p.Total(sizing.RoleSFU),
	}
	for hour, percent := range p.Target.DayProfile {
		cfg.Profile[hour] = float64(percent) / 100
	}
	return cfg
}

// Rooms returns how many of the target's meetings one SFU node of the plan carries.
func Rooms(p *sizing.Plan) int {
	size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleSFU))
	return p.Target.SFUCapacity(size, p.Options).Rooms
}

// Day returns the table of a simulated day.
func Day(cfg simulate.Config, r *simulate.Report) Table {
	share := func(n int) string {
		if r.Joins == 0 {
			return "0"
		}
		return fmt.Sprintf("%d (%.2f %%)", n, 100*float64(n)/float64(r.Joins))
	}
	return Table{
		Title:  fmt.Sprintf("A day on %d SFU nodes, seed %d, node selection %q", cfg.Nodes, cfg.Seed, cfg.Policy),
		Header: []string{"What", "Value"}, Numbers: []int{1}, Wrap: -1,
		Rows: [][]string{
			{"meetings", strconv.Itoa(r.Meetings)},
			{"meetings at the same time", strconv.Itoa(r.PeakMeetings)},
			{"participants at the same time", strconv.Itoa(r.PeakParticipants)},
			{"joins", strconv.Itoa(r.Joins)},
			{"joins refused by a node at its bandwidth", share(r.Rejected)},
			{"joins to a node out of CPU", share(r.Degraded)},
			{"participants who lost their node", strconv.Itoa(r.Interrupted)},
			{"node load, median", fmt.Sprintf("%.0f %%", 100*r.LoadP50)},
			{"node load, 99th percentile", fmt.Sprintf("%.0f %%", 100*r.LoadP99)},
			{"node load, highest", fmt.Sprintf("%.0f %%", 100*r.LoadMax)},
			{"egress of one node, highest", fmt.Sprintf("%.2f Gbit/s", r.BitsMax/1e9)},
			{"nodes at the same time", strconv.Itoa(r.PeakNodes)},
			{"node-hours", fmt.Sprintf("%.0f", r.NodeHours)},
		},
	}
}
