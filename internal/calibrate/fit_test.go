package calibrate

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/sizing/calibration"
)

// samples are those of a node that takes idle vCPUs, and microseconds for each packet out
// and in; noise is the standard deviation of its vCPUs.
func samples(idle, out, in, noise float64, steps ...Step) []calibration.Sample {
	const perTrack = 60
	random := rand.New(rand.NewPCG(1, 2))
	all := []calibration.Sample{{VCPUs: idle + noise*random.NormFloat64()}}
	for _, step := range steps {
		s := calibration.Sample{Participants: step.Participants, Publishers: step.Publishers, Tracks: step.Tracks()}
		s.PacketsOut, s.PacketsIn = float64(perTrack*step.Tracks()), float64(perTrack*step.Publishers)
		s.BitsOut, s.Received = 8*1000*s.PacketsOut, s.PacketsOut
		s.VCPUs = idle + 1e-6*(out*s.PacketsOut+in*s.PacketsIn) + noise*random.NormFloat64()
		all = append(all, s)
	}
	return all
}

var mixed = Load{Participants: 50, Publishers: 12, Steps: 12}.Plan()

// A known line gives a known slope: exactly without noise, and inside of the interval with it.
func TestFitFindsTheLine(t *testing.T) {
	t.Run("exact", func(t *testing.T) {
		f, err := Fit(samples(0.1, 25, 50, 0, mixed...))
		require.NoError(t, err)
		require.InEpsilon(t, 40_000, f.PacketsOutPerCore.Estimate, 1e-4)
		require.InEpsilon(t, 40_000, f.PacketsOutPerCore.Low, 1e-4)
		require.InEpsilon(t, 50, f.MicrosecondsPerPacketIn.Estimate, 1e-4)
		require.InDelta(t, 0.1, f.IdleVCPUs.Estimate, 1e-9)
		require.InDelta(t, 1, f.RSquared, 1e-9)
		require.InEpsilon(t, 0.32, f.GbitOutPerCore.Estimate, 1e-6, "40,000 packets of 1,000 bytes")
		require.InEpsilon(t, 40_000.0/60, f.TracksPerCore.Estimate, 1e-4)
		require.Equal(t, 13, f.Samples)
		require.Empty(t, Refusals(f, 2))
	})
	t.Run("with noise", func(t *testing.T) {
		f, err := Fit(samples(0.1, 25, 200, 0.01, mixed...))
		require.NoError(t, err)
		require.Less(t, f.PacketsOutPerCore.Low, 40_000.0)
		require.Greater(t, f.PacketsOutPerCore.High, 40_000.0)
		require.NotNil(t, f.MicrosecondsPerPacketIn)
		require.Less(t, f.MicrosecondsPerPacketIn.Low, 200.0)
		require.Greater(t, f.MicrosecondsPerPacketIn.High, 200.0)
		require.Less(t, f.RSquared, 1.0)
	})
	// Textbook: y = 1, 3, 2, 5 at x = 0..3 is 1.1 + 1.1 x, the residuals' sum of squares 2.7
	// and that of x 5, so the slope is known to sqrt(2.7 / 2 / 5) times t(0.975, 2) = 4.3027.
	t.Run("interval", func(t *testing.T) {
		l, err := least([][]float64{{1, 0}, {1, 1}, {1, 2}, {1, 3}}, []float64{1, 3, 2, 5})
		require.NoError(t, err)
		require.InDelta(t, 1.1, l.coefficients[0].Estimate, 1e-9)
		require.InDelta(t, 1.1, l.coefficients[1].Estimate, 1e-9)
		require.InDelta(t, 1.1+4.302653*0.5196152, l.coefficients[1].High, 1e-5)
		require.InDelta(t, 1-2.7/8.75, l.rSquared, 1e-9)
	})
}

// Every packet forwarded to as many: in and out cannot be told apart, and what comes in is
// part of the cost of what goes out.
func TestFitOfOneFanOut(t *testing.T) {
	f, err := Fit(samples(0.1, 25, 49, 0, Step{50, 1}, Step{50, 2}, Step{50, 3}, Step{50, 4}, Step{50, 5}))
	require.NoError(t, err)
	require.Nil(t, f.MicrosecondsPerPacketIn)
	require.InDelta(t, 49, f.LowestFanOut, 1e-9)
	require.InEpsilon(t, 1e6/(25+49.0/49), f.PacketsOutPerCore.Estimate, 1e-4)
}

func TestFitRefusesTheDegenerate(t *testing.T) {
	excluded := samples(0.1, 25, 0, 0, mixed...)
	for i := range excluded[2:] {
		excluded[2+i].Excluded = "loss"
	}
	for name, c := range map[string]struct {
		samples []calibration.Sample
		want    string
	}{
		"none":       {nil, "0 samples are too few"},
		"excluded":   {excluded, "2 samples are too few"},
		"no load":    {samples(0.1, 0, 0, 0, Step{1, 1}, Step{1, 1}, Step{1, 1}), "all zero"},
		"no growth":  {samples(0.1, 0, 0, 0.01, mixed...), "the CPU time did not grow with the load"},
		"negative":   {samples(1, -25, 0, 0, mixed...), "the CPU time did not grow with the load"},
		"same steps": {samples(0.1, 25, 0, 0, Step{50, 1}, Step{50, 1})[1:], "2 samples are too few"},
		"one load":   {samples(0.1, 25, 0, 0, Step{50, 1}, Step{50, 1}, Step{50, 1})[1:], "do not differ enough"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Fit(c.samples)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestRefusals(t *testing.T) {
	good := func() *calibration.Fit {
		f, err := Fit(samples(0.1, 25, 50, 0, mixed...))
		require.NoError(t, err)
		return f
	}
	for want, change := range map[string]func(f *calibration.Fit){
		"only 4 samples are usable": func(f *calibration.Fit) { f.Samples = 4 },
		"R² is 0.890":               func(f *calibration.Fit) { f.RSquared = 0.89 },
		"the cost of a packet is known to ±30 %": func(f *calibration.Fit) {
			f.PacketsOutPerCore = calibration.Bounds{Low: 1 / 1.3, Estimate: 1, High: 1 / 0.7}
		},
		"the highest step loaded 10 %": func(f *calibration.Fit) { f.PeakVCPUs = 0.2 },
	} {
		f := good()
		require.Empty(t, Refusals(f, 2))
		change(f)
		reasons := Refusals(f, 2)
		require.Len(t, reasons, 1)
		require.Contains(t, reasons[0], want)
	}
}

// The load grows, both kinds of rooms take part, and the largest room is the last step.
func TestLoadPlan(t *testing.T) {
	require.Equal(t, []Step{{8, 8}, {50, 2}, {13, 13}, {50, 4}}, Load{Participants: 50, Publishers: 4, Steps: 4}.Plan())
	for _, l := range []Load{{Participants: 3, Publishers: 1, Steps: 4}, {Participants: 3000, Publishers: 3000, Steps: 50}, {Participants: 200, Publishers: 33, Steps: 8}} {
		plan := l.Plan()
		require.LessOrEqual(t, len(plan), l.Steps)
		for i, s := range plan {
			require.GreaterOrEqual(t, s.Publishers, 1)
			require.LessOrEqual(t, s.Publishers, s.Participants)
			require.LessOrEqual(t, s.Participants, l.Participants)
			require.True(t, i == 0 || s.Tracks() >= plan[i-1].Tracks())
		}
		require.Contains(t, plan, Step{l.Participants, l.Publishers})
	}
	require.NoError(t, Load{Participants: 50, Publishers: 4, Steps: 8, StepTime: time.Minute}.Validate())
	require.ErrorContains(t, Load{Participants: 50, Publishers: 51, Steps: 8, StepTime: time.Minute}.Validate(), "--publishers 51")
	require.ErrorContains(t, Load{Participants: 50, Publishers: 4, Steps: 8}.Validate(), "--step-time 0s")
}

// A driver without CPU left is named as the reason, never the node.
func TestLimits(t *testing.T) {
	meeting := func(change func(*media.Report)) *media.Report {
		r := &media.Report{
			Participants: 3, Transport: media.UDP, Transports: map[media.Transport]int{media.UDP: 3},
			TracksExpected: 2, TracksSeen: 2, Packets: 1000, Frames: 600, FramesExpected: 600, Delay: media.Spread{P95: 399 * time.Millisecond},
		}
		change(r)
		return r
	}
	require.Empty(t, DefaultLimits.exceeded(meeting(func(*media.Report) {}), true))
	node := DefaultLimits.exceeded(meeting(func(r *media.Report) { r.PacketsLost = 20 }), false)
	require.Equal(t, "1.96 % of the packets were lost, not below 1 %", node)
	frozen := DefaultLimits.exceeded(meeting(func(r *media.Report) { r.Frames, r.Freeze.Max = 500, 3*time.Second }), false)
	require.Equal(t, "16.67 % of the frames are missing, not below 1 %", frozen)
	require.Empty(t, DefaultLimits.exceeded(meeting(func(r *media.Report) { r.Freeze.Max = time.Second }), false), "of one video, for a moment")
	stopped := DefaultLimits.exceeded(meeting(func(r *media.Report) { r.TracksSeen = 1 }), false)
	require.Equal(t, "1 of 2 videos were seen at the end", stopped)
	driver := DefaultLimits.exceeded(meeting(func(r *media.Report) { r.Delay.P95 = 401 * time.Millisecond }), true)
	require.Contains(t, driver, "the p95 of the delay, 401ms, is not below 400ms")
	require.Contains(t, driver, "the driver had no CPU left, so this says nothing of the node")
	require.NoError(t, DefaultLimits.Validate())
	require.ErrorContains(t, Limits{LossPercent: 1, DelayP95: 1, CPUPercent: 100}.Validate(), "--stop-cpu 100")
}

func TestTooMuch(t *testing.T) {
	r := &Run{VCPUs: 2, Limits: DefaultLimits}
	done := []calibration.Sample{{VCPUs: 0.1}, {Tracks: 100, VCPUs: 0.6}}
	require.Empty(t, r.tooMuch(done[:1], Step{50, 4}), "nothing is known yet")
	require.Empty(t, r.tooMuch(done, Step{101, 2}), "0.1 + 0.5 x 2 = 1.1 of 2")
	require.Contains(t, r.tooMuch(done, Step{101, 4}), "would load the node to some 105 %, more than --stop-cpu 80")
	done[1].Excluded = "loss"
	require.Equal(t, "loss", r.tooMuch(done, Step{101, 2}))
}
