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
		Length: time.Hour, Fill: 5 * time.Minute, Reconnect: 15 * time.Second,
		RoomLoad:  func(n int) simulate.Load { return simulate.Load{Packets: 250 * float64(n), Bits: 1e6 * float64(n)} },
		Capacity:  simulate.Load{Packets: 100_000, Bits: 1e9},
		LoadLimit: 1, Policy: simulate.FewestRooms, Nodes: 5,
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
	cfg.Policy = simulate.TwoChoice
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
	report := day(t, config())
	require.Equal(t, 20, report.PeakMeetings)
	require.Equal(t, 2000, report.PeakParticipants)
	require.Zero(t, report.Rejected)
	require.Zero(t, report.Degraded)
	require.LessOrEqual(t, report.LoadMax, 1.0)

	short := config()
	short.Nodes = 4
	report = day(t, short)
	require.Positive(t, report.Degraded)
	require.Greater(t, report.LoadMax, 1.0)
}

// Picking the node with the lowest CPU load sends every new meeting to the node whose
// meetings are still filling: the same nodes that carry the day by fewest rooms
// overload. This is why the platform sorts nodes by rooms.
func TestLowestLoadHerdsNewMeetings(t *testing.T) {
	cfg := config()
	cfg.Policy = simulate.LowestLoad
	report := day(t, cfg)
	require.Positive(t, report.Degraded)
	require.Greater(t, report.LoadMax, 1.0)
}

// A node at its bandwidth limit refuses joins, as LiveKit does.
func TestBandwidthLimitRejects(t *testing.T) {
	cfg := config()
	cfg.Capacity.Bits = 3.5e8 // three and a half rooms
	report := day(t, cfg)
	require.Positive(t, report.Rejected)
	require.LessOrEqual(t, report.BitsMax, cfg.Capacity.Bits)
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
		DownPercent: 10, DownPeriod: time.Minute, NodeReady: 3 * time.Minute,
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
		Min: 2, Max: 20, Target: 0.7, DownWindow: 5 * time.Minute, DownPercent: 50, DownPeriod: time.Minute, NodeReady: time.Minute,
	}
	report := day(t, cfg)
	require.Zero(t, report.Interrupted)
	require.Less(t, report.Hours[23].Nodes, 15.0)
}

func TestEveryPolicyRuns(t *testing.T) {
	for _, policy := range simulate.Policies {
		t.Run(string(policy), func(t *testing.T) {
			cfg := config()
			cfg.Policy = policy
			cfg.Nodes = 20
			report := day(t, cfg)
			require.Positive(t, report.Joins)
			require.False(t, math.IsNaN(report.LoadP99))
		})
	}
}

func TestBadConfigurationsNameTheField(t *testing.T) {
	for field, change := range map[string]func(*simulate.Config){
		"meetings":         func(c *simulate.Config) { c.Meetings = 0 },
		"participants":     func(c *simulate.Config) { c.Participants = 1 << 30 },
		"nodes":            func(c *simulate.Config) { c.Nodes = -1 },
		"length":           func(c *simulate.Config) { c.Length = 0 },
		"fill":             func(c *simulate.Config) { c.Fill = -1 },
		"reconnect":        func(c *simulate.Config) { c.Reconnect = 48 * time.Hour },
		"capacity":         func(c *simulate.Config) { c.Capacity.Bits = math.Inf(1) },
		"roomLoad":         func(c *simulate.Config) { c.RoomLoad = nil },
		"policy":           func(c *simulate.Config) { c.Policy = "hope" },
		"profile[3]":       func(c *simulate.Config) { c.Profile[3] = math.NaN() },
		"loadLimit":        func(c *simulate.Config) { c.LoadLimit = 2 },
		"losses[0].at":     func(c *simulate.Config) { c.Losses = []simulate.Loss{{At: -1, Nodes: 1}} },
		"losses[0].nodes":  func(c *simulate.Config) { c.Losses = []simulate.Loss{{Nodes: 0}} },
		"autoscale.target": func(c *simulate.Config) { c.Autoscale = &simulate.Autoscale{Min: 1, Max: 2, DownPeriod: time.Minute} },
		"autoscale.max": func(c *simulate.Config) {
			c.Autoscale = &simulate.Autoscale{Min: 5, Max: 2, Target: 1, DownPeriod: time.Minute}
		},
		"autoscale.downPercent": func(c *simulate.Config) {
			c.Autoscale = &simulate.Autoscale{Min: 1, Max: 2, Target: 1, DownPercent: 101, DownPeriod: time.Minute}
		},
		"autoscale windows": func(c *simulate.Config) { c.Autoscale = &simulate.Autoscale{Min: 1, Max: 2, Target: 1} },
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
		cfg.Length, cfg.Fill, cfg.LoadLimit = time.Duration(length), time.Duration(fill), limit
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
	for b.Loop() {
		if _, err := simulate.Day(cfg); err != nil {
			b.Fatal(err)
		}
	}
}
