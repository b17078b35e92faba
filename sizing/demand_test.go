package sizing_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// The reference room: 500 participants, one 2 Mbit/s video and three speakers each.
func TestRoomOfTheDesign(t *testing.T) {
	room := sizing.DefaultTarget().Room(500)
	require.Equal(t, 50, room.VideoPublishers)
	require.Equal(t, 550, room.PublishedTracks)
	require.Equal(t, 500+497*3+3*2, room.ForwardedTracks, "a video each; the speakers do not hear themselves")
	require.Equal(t, 499*550, room.UnlimitedTracks)
	require.InDelta(t, 190_000, room.PacketsOut, 2_000, "about 190,000 packets per second")
	require.InDelta(t, 500*2e6+1497*64e3, room.PayloadBitsOut, 1)
	require.InDelta(t, room.PayloadBitsOut+room.PacketsOut*50*8, room.BitsOut, 1, "50 bytes of headers each")
	require.InDelta(t, 50*(2e6+450e3+160e3)+3*64e3, room.PayloadBitsIn, 1, "all simulcast layers are published")
}

func TestDemandOfTheDesign(t *testing.T) {
	d := sizing.DefaultTarget().Demand()
	require.Equal(t, 50_000, d.Participants)
	require.Equal(t, 50_000, d.APIConnections)
	require.Equal(t, 50_000, d.SignallingConnections)
	require.Equal(t, 390, d.PGConnections)
	require.InDelta(t, 0.18, d.RecordingTBPerDay, 1e-9, "100 composites of 0.9 GB per hour, 2 hours")
	require.InDelta(t, 5.4, d.HotRecordingTB, 1e-9)
	require.InDelta(t, 0.18*365, d.KeptRecordingTB, 1e-9)
	require.InDelta(t, 100e6+200e6+0.5e6+500e6, d.RedisBytes, 1)
	require.InDelta(t, d.GbpsOut*1e9/8*2*3600*30/(1<<40), d.EgressTiBPerMonth, 1e-6)
	require.InDelta(t, 2, d.MeetingHoursPerDay, 1e-9)
}

func TestRoomCorners(t *testing.T) {
	target := sizing.DefaultTarget()
	require.Zero(t, target.Room(0))
	require.Zero(t, target.Room(-5))
	alone := target.Room(1)
	require.Zero(t, alone.ForwardedTracks, "nobody receives their own tracks")
	pair := target.Room(2)
	require.Equal(t, 4, pair.ForwardedTracks, "each receives the other's video and audio")
	target.MaxVideoPublishers = 0
	require.Equal(t, 1497, target.Room(500).ForwardedTracks, "audio only")
}

// Nothing falls when participants join: simulation and the search for the largest
// room rely on it.
func TestRoomIsMonotone(t *testing.T) {
	gallery := sizing.DefaultTarget()
	gallery.High.Visible, gallery.Medium.Visible, gallery.Low.Visible = 1, 4, 20
	everybody := sizing.DefaultTarget()
	everybody.MaxVideoPublishers, everybody.MaxActiveSpeakers = 100_000, 100_000
	for name, target := range map[string]sizing.Target{"design": sizing.DefaultTarget(), "gallery": gallery, "everybody": everybody} {
		t.Run(name, func(t *testing.T) {
			before := target.Room(0)
			for n := 1; n < 700; n++ {
				room := target.Room(n)
				require.GreaterOrEqual(t, room.PacketsOut, before.PacketsOut, "%d participants", n)
				require.GreaterOrEqual(t, room.PacketsIn, before.PacketsIn)
				require.GreaterOrEqual(t, room.BitsOut, before.BitsOut)
				require.GreaterOrEqual(t, room.ForwardedTracks, before.ForwardedTracks)
				require.LessOrEqual(t, room.ForwardedTracks, room.UnlimitedTracks*3, "at most every layer of every track")
				before = room
			}
		})
	}
}

// The fit reproduces the three published rows, with positive costs.
func TestBenchmarkFit(t *testing.T) {
	cost := sizing.BenchmarkCost
	require.Positive(t, cost.PerPacketIn)
	require.Positive(t, cost.PerPacketOut)
	require.Positive(t, cost.PerByteOut)
	for _, row := range sizing.Benchmark {
		room := sizing.Room{PacketsIn: row.PacketsInPerSecond, PacketsOut: row.PacketsOutPerSecond, BitsOut: row.BytesOutPerSecond * 8}
		require.InEpsilon(t, row.CPUPercent/100*float64(row.VCPUs), cost.VCPUs(room), 1e-9, "%s", row.UseCase)
	}
}

func TestSFUCapacity(t *testing.T) {
	target := sizing.DefaultTarget()
	cases := map[string]struct {
		size    string
		options sizing.Options
		rooms   int
		binding sizing.Constraint
	}{
		"too small":                   {"c-8", sizing.Options{}, 0, sizing.ConstraintCPU},
		"16 vCPUs hold one":           {"c-16", sizing.Options{}, 1, sizing.ConstraintCPU},
		"64 GB change nothing":        {"g-16vcpu-64gb", sizing.Options{}, 1, sizing.ConstraintCPU},
		"32 vCPUs on 2 Gbit/s":        {"c-32", sizing.Options{}, 1, sizing.ConstraintNetwork},
		"32 vCPUs on 10 Gbit/s":       {"c-32-intel", sizing.Options{}, 2, sizing.ConstraintCPU},
		"published benchmark":         {"c-16-intel", sizing.Options{BenchmarkPercent: 100}, 2, sizing.ConstraintCPU},
		"published, on 2 Gbit/s":      {"c-16", sizing.Options{BenchmarkPercent: 100}, 1, sizing.ConstraintNetwork},
		"too little memory for a pod": {"s-1vcpu-2gb", sizing.Options{}, 0, sizing.ConstraintMemory},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			size, ok := sizing.DefaultCatalogue().Size(c.size)
			require.True(t, ok)
			got := target.SFUCapacity(size, c.options)
			require.Equal(t, c.rooms, got.Rooms)
			require.Equal(t, c.rooms*500, got.Participants)
			require.Equal(t, c.binding, got.Binding)
			if c.rooms > 0 {
				require.GreaterOrEqual(t, got.LargestRoom, 500)
				require.Positive(t, got.FullPacketsPerSecond)
			} else {
				require.Less(t, got.LargestRoom, 500)
			}
		})
	}
}

func TestLargestRoomIsTheLimit(t *testing.T) {
	target := sizing.DefaultTarget()
	size, _ := sizing.DefaultCatalogue().Size("c-16")
	limit := target.SFUCapacity(size, sizing.Options{}).LargestRoom
	target.ParticipantsPerMeeting = limit
	require.Equal(t, 1, target.SFUCapacity(size, sizing.Options{}).Rooms)
	target.ParticipantsPerMeeting = limit + 1
	require.Zero(t, target.SFUCapacity(size, sizing.Options{}).Rooms)
}

// The rule against the measured node, which leaves 2,996 MiB before DaemonSets of 580.
func TestAllocatable(t *testing.T) {
	size, _ := sizing.DefaultCatalogue().Size("s-2vcpu-4gb")
	got := size.Allocatable()
	require.InEpsilon(t, 2996-580, got.MemoryMiB, 0.02)
	require.LessOrEqual(t, got.MemoryMiB, 2996-580, "never more than measured")
	require.Equal(t, 2000-100-502, got.MilliCPU)
	for _, s := range sizing.DefaultCatalogue().Sizes {
		a := s.Allocatable()
		require.Positive(t, a.MemoryMiB, s.Slug)
		require.Less(t, a.MemoryMiB, s.MemoryMiB, s.Slug)
		require.Less(t, a.MilliCPU, s.VCPUs*1000, s.Slug)
	}
	require.Zero(t, sizing.Size{VCPUs: 0, MemoryMiB: 0}.Allocatable())
}

func finite(t testing.TB, what string, values ...float64) {
	t.Helper()
	for _, x := range values {
		require.False(t, math.IsNaN(x) || math.IsInf(x, 0) || x < 0, "%s: %v", what, x)
	}
}
