package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/simulate"
)

// Day lengths the target does not state.
const (
	// meetingLength is the mean length of a meeting: the design's "average 2 hours".
	meetingLength = 2 * time.Hour
	// meetingFill is how long a meeting takes to fill, and meetingSpread the time after
	// the hour in which its meetings start. No source gives a figure; five minutes is
	// when a scheduled meeting usually starts, and the first of its people come before.
	meetingFill, meetingSpread = 5 * time.Minute, 5 * time.Minute
	// reconnect is the middle of the 10 to 30 s that LiveKit's detection constants
	// allow (see simulate.Config).
	reconnect = 20 * time.Second
	// nodeReady is how long a new node takes until its first room. DigitalOcean gives no
	// figure; operators see a few minutes.
	nodeReady = 5 * time.Minute
)

// Simulation returns the configuration of a day on a plan's SFU nodes, with the limits
// and the node selector that are deployed.
func Simulation(p *sizing.Plan, seed uint64) simulate.Config {
	size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleSFU))
	node, limits := p.Target.SFUCapacity(size, p.Options), p.Daemons.LiveKit
	selector := manifests.LiveKitSelector(limits.CPULoadPercent / 100)
	cfg := simulate.Config{
		Seed: seed, Meetings: p.Target.Meetings, Participants: p.Target.ParticipantsPerMeeting,
		Length: meetingLength, Fill: meetingFill, Spread: meetingSpread, Reconnect: reconnect,
		RoomLoad: func(participants int) simulate.Load {
			room := p.Target.Room(participants)
			return simulate.Load{
				Packets: room.PacketsOut, Bits: room.BitsOut, BitsIn: room.BitsIn,
				Tracks: float64(p.DefaultTracks(participants)),
			}
		},
		Capacity:     simulate.Load{Packets: node.FullPacketsPerSecond, Bits: node.FullBitsPerSecond},
		Limit:        simulate.Limit{Tracks: float64(limits.NumTracks), Bits: 8 * float64(limits.BytesPerSecond)},
		RoomsPerNode: node.Rooms,
		CPUShare:     float64(size.Allocatable().MilliCPU) / 1000 / float64(size.VCPUs),
		Selector: simulate.Selector{
			SortBy: selector.SortBy, Algorithm: selector.Algorithm, CPULoadLimit: selector.CPULoadLimit,
		},
		Nodes: p.Total(sizing.RoleSFU),
	}
	for hour, percent := range p.Target.DayProfile {
		cfg.Profile[hour] = float64(percent) / 100
	}
	if cfg.Autoscale = autoscale(p, size); cfg.Autoscale != nil && cfg.Profile[0] == 0 && cfg.Profile[23] == 0 {
		// The evening has given back what the day took.
		cfg.Nodes = cfg.Autoscale.Min
	}
	return cfg
}

// autoscale returns the autoscalers of the plan's sites as one, or nil where the plan's
// counts are fixed.
func autoscale(p *sizing.Plan, size sizing.Size) *simulate.Autoscale {
	a := simulate.Autoscale{
		UpWindow:   sizing.SFUUpWindowSeconds * time.Second,
		UpPeriod:   sizing.SFUUpPeriodSeconds * time.Second,
		DownWindow: sizing.SFUDownWindowSeconds * time.Second,
		DownPeriod: sizing.SFUDownPeriodSeconds * time.Second,
		NodeReady:  nodeReady,
	}
	for _, pool := range p.Pools {
		if pool.Role == sizing.RoleSFU && pool.Max > 0 {
			a.Min, a.Max = a.Min+pool.Min, a.Max+pool.Max
			a.UpNodes, a.DownNodes = a.UpNodes+sizing.SFUUpNodes, a.DownNodes+sizing.SFUDownNodes
		}
	}
	if a.Max == 0 {
		return nil
	}
	// Kubernetes compares with what pods ask for, not with what their nodes have.
	a.Target = float64(p.Daemons.SFUScaling[0].CPUPercent) / 100 * float64(p.MediaRequest().MilliCPU) / float64(size.Allocatable().MilliCPU)
	return &a
}

// NodeHoursCost is what the node-hours of a day cost at the list price. A month's price
// is reached in 672 hours (sizing/savings.go has the source).
func NodeHoursCost(p *sizing.Plan, r *simulate.Report) decimal.NullDecimal {
	size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleSFU))
	if !size.Monthly.Known() {
		return decimal.NullDecimal{}
	}
	hourly := size.Monthly.Amount.Decimal.Div(decimal.NewFromInt(sizing.CappedHours))
	return decimal.NewNullDecimal(hourly.Mul(decimal.NewFromFloat(r.NodeHours)).Round(2))
}

// Day returns the table of a simulated day on a plan.
func Day(p *sizing.Plan, cfg simulate.Config, r *simulate.Report) Table {
	cost, nodes := "no price", strconv.Itoa(cfg.Nodes)
	if c := NodeHoursCost(p, r); c.Valid {
		cost = "$" + c.Decimal.StringFixed(2)
	}
	if a := cfg.Autoscale; a != nil {
		nodes = fmt.Sprintf("%d to %d", a.Min, a.Max)
	}
	share := func(n int) string {
		if r.Joins == 0 {
			return "0"
		}
		return fmt.Sprintf("%d (%.2f %%)", n, 100*float64(n)/float64(r.Joins))
	}
	return Table{
		Title: fmt.Sprintf("A day on %s SFU nodes, seed %d, node selection by %s, %s, below %.0f %% CPU",
			nodes, cfg.Seed, cfg.Selector.SortBy, cfg.Selector.Algorithm, 100*cfg.Selector.CPULoadLimit),
		Header: []string{"What", "Value"}, Numbers: []int{1}, Wrap: -1,
		Rows: [][]string{
			{"meetings", strconv.Itoa(r.Meetings)},
			{"meetings at the same time", strconv.Itoa(r.PeakMeetings)},
			{"meetings put on a node that had its planned number", strconv.Itoa(r.Crowded)},
			{"participants at the same time", strconv.Itoa(r.PeakParticipants)},
			{"joins", strconv.Itoa(r.Joins)},
			{"joins refused by a node at its limits", share(r.Rejected)},
			{"joins to a node out of CPU or bandwidth", share(r.Degraded)},
			{"participants who lost their node", strconv.Itoa(r.Interrupted)},
			{"node load, median", fmt.Sprintf("%.0f %%", 100*r.LoadP50)},
			{"node load, 99th percentile", fmt.Sprintf("%.0f %%", 100*r.LoadP99)},
			{"node load, highest", fmt.Sprintf("%.0f %%", 100*r.LoadMax)},
			{"egress of one node, highest", fmt.Sprintf("%.2f Gbit/s", r.BitsMax/1e9)},
			{"nodes at the same time", strconv.Itoa(r.PeakNodes)},
			{"node-hours", fmt.Sprintf("%.0f", r.NodeHours)},
			{"their cost at list prices", cost},
		},
	}
}
