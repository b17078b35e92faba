package simulate_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing/simulate"
)

// config is a day of 20 meetings of 100 on nodes that carry exactly four each.
func config() simulate.Config {
	cfg := simulate.Config{
		Seed: 1, Meetings: 20, Participants: 100,
		Length: time.Hour, Fill: 5 * time.Minute, Spread: 5 * time.Minute, Reconnect: 15 * time.Second,
		RoomLoad: func(n int) simulate.Load {
			return simulate.Load{Packets: 250 * float64(n), Bits: 1e6 * float64(n), BitsIn: 1e5 * float64(n), Tracks: 10 * float64(n)}
		},
		Capacity:     simulate.Load{Packets: 100_000, Bits: 1e9},
		Selector:     simulate.Selector{SortBy: "rooms", Algorithm: "lowest", CPULoadLimit: 1},
		RoomsPerNode: 4, Nodes: 5,
	}
	for hour := range cfg.Profile {
		cfg.Profile[hour] = 1
	}
	return cfg
}

func day(t *testing.T, cfg simulate.Config) *simulate.Report {
	t.Helper()
	report, err := simulate.Day(cfg)
	require.NoError(t, err)
	return report
}

func TestSameSeedSameDay(t *testing.T) {
	cfg := config()
	cfg.Selector.Algorithm = "twochoice"
	cfg.Losses = []simulate.Loss{{At: 10 * time.Hour, Nodes: 2}}
	cfg.Nodes = 7
	require.Equal(t, day(t, cfg), day(t, cfg))
	other := cfg
	other.Seed = 2
	require.NotEqual(t, day(t, cfg).Joins, day(t, other).Joins)
}

// Five nodes of four rooms carry twenty meetings, the closed-form answer, so nobody
// notices anything; with one node fewer somebody does.
func TestClosedFormCapacityHolds(t *testing.T) {
	cfg := config()
	cfg.Limit.Tracks = cfg.RoomLoad(400).Tracks
	report := day(t, cfg)
	require.Equal(t, 20, report.PeakMeetings)
	require.Equal(t, 2000, report.PeakParticipants)
	require.Zero(t, report.Rejected)
	require.Zero(t, report.Degraded)
	require.LessOrEqual(t, report.LoadMax, 1.0)

	short := cfg
	short.Nodes = 4
	require.Positive(t, day(t, short).Rejected, "at the limit of tracks")
	short.Limit.Tracks = 0
	report = day(t, short)
	require.Positive(t, report.Degraded)
	require.Greater(t, report.LoadMax, 1.0)
}

// Picking the node with the lowest CPU load sends every new meeting to the node whose
// meetings are still filling: the same nodes that carry the day by fewest rooms
// overload. This is why the platform sorts nodes by rooms.
func TestLowestLoadHerdsNewMeetings(t *testing.T) {
	cfg := config()
	cfg.Selector.SortBy = "cpuload"
	report := day(t, cfg)
	require.Positive(t, report.Degraded)
	require.Greater(t, report.LoadMax, 1.0)
}

// one is a day of 100 meetings on 102 nodes that carry one each, which a full meeting takes
// to 69 % of its CPU, as on prod's nodes, and to its limits.
func one() simulate.Config {
	cfg := config()
	cfg.Meetings, cfg.Nodes, cfg.RoomsPerNode = 100, 102, 1
	cfg.Capacity.Packets = 25_000 / 0.69
	cfg.Limit = simulate.Limit{Bits: 1.5e8}
	cfg.Profile = [24]float64{9: 1, 10: 1}
	cfg.Length = 2 * time.Hour
	cfg.Selector = simulate.Selector{SortBy: "rooms", Algorithm: "twochoice", CPULoadLimit: 0.05}
	return cfg
}

// crowded is how many meetings of ten days are put on an occupied node, and refused joins
// in percent.
func crowded(t *testing.T, cfg simulate.Config) (share, refused float64) {
	t.Helper()
	var all simulate.Report
	for seed := range uint64(10) {
		cfg.Seed = seed
		r := day(t, cfg)
		all.Crowded, all.Meetings = all.Crowded+r.Crowded, all.Meetings+r.Meetings
		all.Rejected, all.Joins = all.Rejected+r.Rejected, all.Joins+r.Joins
	}
	return 100 * float64(all.Crowded) / float64(all.Meetings), 100 * float64(all.Rejected) / float64(all.Joins)
}

// The comparison of docs/sizing.md in short: a low limit keeps two choices off occupied
// nodes, where one above a full meeting does nothing. "lowest" herds: within the 2 s of the
// statistics all rooms go to the same node, and no limit helps.
func TestDeployedSelectorSharesLeast(t *testing.T) {
	deployed, refused := crowded(t, one())
	require.Less(t, deployed, 3.0)
	for name, other := range map[string]simulate.Selector{
		"above a full meeting": {SortBy: "rooms", Algorithm: "twochoice", CPULoadLimit: 0.7},
		"half a meeting":       {SortBy: "rooms", Algorithm: "twochoice", CPULoadLimit: 0.35},
		"lowest":               {SortBy: "rooms", Algorithm: "lowest", CPULoadLimit: 0.05},
	} {
		cfg := one()
		cfg.Selector = other
		share, more := crowded(t, cfg)
		require.Greater(t, share, 4*deployed, name)
		require.Greater(t, more, refused, name)
	}
}

// Two choices among all nodes put a third of a day's meetings on occupied ones: it is the
// integral of the square of the share that is occupied while the hour fills.
func TestTwoChoicesShareNodes(t *testing.T) {
	cfg := one()
	cfg.Selector.CPULoadLimit = 0.7
	share, refused := crowded(t, cfg)
	require.InDelta(t, 35, share, 5)
	require.Greater(t, refused, 10.0)
}

// Rooms that start within two seconds all go to the first node; later ones go elsewhere.
func TestStatisticsAreStale(t *testing.T) {
	cfg := one()
	cfg.Meetings, cfg.Nodes, cfg.Selector.Algorithm = 20, 20, "lowest"
	cfg.Spread = 0
	report := day(t, cfg)
	require.GreaterOrEqual(t, report.Crowded, 19)
	cfg.Selector.Algorithm = "twochoice"
	require.Less(t, day(t, cfg).Crowded, 19)
}

// LiveKit refuses joins to a node at its limits, in and out together, whoever made the
// room excepted; what the network does not carry is not refused, and suffers.
func TestLimitsReject(t *testing.T) {
	for name, limit := range map[string]simulate.Limit{
		"bandwidth": {Bits: 3.85e8}, // three and a half rooms of 1.1e8
		"tracks":    {Tracks: 3_500},
	} {
		cfg := config()
		cfg.Limit = limit
		report := day(t, cfg)
		require.Positive(t, report.Rejected, name)
		require.Less(t, report.BitsMax, 4e8, name)
	}
	cfg := config()
	cfg.Capacity.Bits = 3.5e8
	report := day(t, cfg)
	require.Zero(t, report.Rejected)
	require.Positive(t, report.Degraded)
}

func TestNodeLossInterrupts(t *testing.T) {
	cfg := config()
	cfg.Nodes = 8
	cfg.Losses = []simulate.Loss{{At: 12 * time.Hour, Nodes: 1}}
	report := day(t, cfg)
	require.Equal(t, 1, report.LostNodes)
	require.Positive(t, report.Interrupted)
	require.Zero(t, report.Rejected, "seven nodes hold twenty rooms")
	require.InDelta(t, 8*12+7*12, report.NodeHours, 0.1)
}

func TestLosingEveryNodeRejects(t *testing.T) {
	cfg := config()
	cfg.Losses = []simulate.Loss{{At: time.Hour, Nodes: 100}}
	report := day(t, cfg)
	require.Equal(t, 5, report.LostNodes)
	require.Positive(t, report.Rejected)
}

func TestAutoscalerFollowsTheDay(t *testing.T) {
	cfg := config()
	for hour := range cfg.Profile {
		cfg.Profile[hour] = 0.1
		if hour >= 9 && hour < 17 {
			cfg.Profile[hour] = 1
		}
	}
	cfg.Nodes = 2
	cfg.Autoscale = &simulate.Autoscale{
		Min: 2, Max: 12, Target: 0.7, UpWindow: time.Minute, DownWindow: 5 * time.Minute,
		UpNodes: 4, UpPeriod: time.Minute, DownNodes: 1, DownPeriod: time.Minute, NodeReady: 3 * time.Minute,
	}
	report := day(t, cfg)
	require.Greater(t, report.Hours[14].Nodes, 5.0, "the busy hours need more than five nodes at 70 %")
	require.Less(t, report.Hours[23].Nodes, 4.0, "the evening gives them back")
	require.LessOrEqual(t, report.PeakNodes, 12)
	require.Less(t, report.NodeHours, 12*24.0)
}

// Draining nodes end no meeting.
func TestScaleDownInterruptsNobody(t *testing.T) {
	cfg := config()
	cfg.Nodes = 20
	cfg.Autoscale = &simulate.Autoscale{
		Min: 2, Max: 20, Target: 0.7, DownWindow: 5 * time.Minute, UpNodes: 1, UpPeriod: time.Minute,
		DownNodes: 10, DownPeriod: time.Minute, NodeReady: time.Minute,
	}
	report := day(t, cfg)
	require.Zero(t, report.Interrupted)
	require.Less(t, report.Hours[23].Nodes, 15.0)
}

// The autoscaler takes no more nodes in a period than it may, either way.
func TestAutoscalerStepsInPeriods(t *testing.T) {
	cfg := config()
	cfg.Profile = [24]float64{9: 1, 10: 1, 11: 1}
	cfg.Nodes = 2
	cfg.Autoscale = &simulate.Autoscale{
		Min: 2, Max: 12, Target: 0.7, UpNodes: 1, UpPeriod: 30 * time.Minute, DownNodes: 1, DownPeriod: time.Hour,
	}
	report := day(t, cfg)
	require.LessOrEqual(t, report.PeakNodes, 2+7, "a step each half hour of three hours")
	require.Greater(t, report.PeakNodes, 5)

	cfg.Profile, cfg.Nodes = [24]float64{}, 12
	report = day(t, cfg)
	for hour := range 10 {
		require.InDelta(t, 11-hour, report.Hours[hour].Nodes, 0.1, "an idle node goes each hour")
	}
}

func TestEverySelectorRuns(t *testing.T) {
	for _, sort := range simulate.Sorts {
		for _, algorithm := range simulate.Algorithms {
			cfg := config()
			cfg.Selector.SortBy, cfg.Selector.Algorithm = sort, algorithm
			cfg.Nodes = 20
			report := day(t, cfg)
			require.Positive(t, report.Joins)
			require.False(t, math.IsNaN(report.LoadP99))
		}
	}
}

func TestBadConfigurationsNameTheField(t *testing.T) {
	for field, change := range map[string]func(*simulate.Config){
		"meetings":              func(c *simulate.Config) { c.Meetings = 0 },
		"participants":          func(c *simulate.Config) { c.Participants = 1 << 30 },
		"nodes":                 func(c *simulate.Config) { c.Nodes = -1 },
		"length":                func(c *simulate.Config) { c.Length = 0 },
		"fill":                  func(c *simulate.Config) { c.Fill = -1 },
		"reconnect":             func(c *simulate.Config) { c.Reconnect = 48 * time.Hour },
		"capacity":              func(c *simulate.Config) { c.Capacity.Bits = math.Inf(1) },
		"roomLoad":              func(c *simulate.Config) { c.RoomLoad = nil },
		"selector.sortBy":       func(c *simulate.Config) { c.Selector.SortBy = "hope" },
		"selector.algorithm":    func(c *simulate.Config) { c.Selector.Algorithm = "" },
		"limit":                 func(c *simulate.Config) { c.Limit.Bits = math.NaN() },
		"spread":                func(c *simulate.Config) { c.Spread = time.Hour },
		"roomsPerNode":          func(c *simulate.Config) { c.RoomsPerNode = -1 },
		"profile[3]":            func(c *simulate.Config) { c.Profile[3] = math.NaN() },
		"selector.cpuLoadLimit": func(c *simulate.Config) { c.Selector.CPULoadLimit = 2 },
		"losses[0].at":          func(c *simulate.Config) { c.Losses = []simulate.Loss{{At: -1, Nodes: 1}} },
		"losses[0].nodes":       func(c *simulate.Config) { c.Losses = []simulate.Loss{{Nodes: 0}} },
		"autoscale.target":      func(c *simulate.Config) { c.Autoscale = &simulate.Autoscale{Min: 1, Max: 2, DownPeriod: time.Minute} },
		"autoscale.max": func(c *simulate.Config) {
			c.Autoscale = &simulate.Autoscale{Min: 5, Max: 2, Target: 1, DownPeriod: time.Minute}
		},
		"autoscale.upNodes":   func(c *simulate.Config) { c.Autoscale = &simulate.Autoscale{Min: 1, Max: 2, Target: 1} },
		"autoscale.downNodes": func(c *simulate.Config) { c.Autoscale = &simulate.Autoscale{Min: 1, Max: 2, Target: 1} },
		"autoscale windows":   func(c *simulate.Config) { c.Autoscale = &simulate.Autoscale{Min: 1, Max: 2, Target: 1} },
	} {
		t.Run(field, func(t *testing.T) {
			cfg := config()
			change(&cfg)
			_, err := simulate.Day(cfg)
			require.ErrorContains(t, err, field+":")
		})
	}
}

// FuzzDay throws anything at a small day: it answers with a report or an error, and
// never counts less than nothing.
func FuzzDay(f *testing.F) {
	f.Add(uint64(1), 3, 10, 5, int64(time.Hour), int64(time.Minute), 0.9)
	f.Fuzz(func(t *testing.T, seed uint64, meetings, participants, nodes int, length, fill int64, limit float64) {
		cfg := config()
		cfg.Seed, cfg.Meetings, cfg.Participants, cfg.Nodes = seed, meetings%50, participants, nodes%50
		cfg.Length, cfg.Fill, cfg.Selector.CPULoadLimit = time.Duration(length), time.Duration(fill), limit
		report, err := simulate.Day(cfg)
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, report.Joins, report.Rejected)
		require.False(t, math.IsNaN(report.LoadP99+report.NodeHours))
		require.LessOrEqual(t, report.PeakMeetings, cfg.Meetings)
	})
}

// BenchmarkDay is the platform's target: 50,000 participants in 100 meetings.
func BenchmarkDay(b *testing.B) {
	cfg := config()
	cfg.Meetings, cfg.Participants, cfg.Nodes = 100, 500, 60
	cfg.Capacity = simulate.Load{Packets: 250_000, Bits: 1e10}
	cfg.Selector.Algorithm = "twochoice"
	for b.Loop() {
		if _, err := simulate.Day(cfg); err != nil {
			b.Fatal(err)
		}
	}
}
