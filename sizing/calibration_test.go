package sizing_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// measured is a calibration on the size that prod's capacity plan has.
func measured() *sizing.Calibration {
	return &sizing.Calibration{
		Date: "2026-11-28", LiveKit: "1.13.11", Size: "c-16-intel", VCPUs: 16, Transport: "udp", IdleVCPUs: 0.2,
		PacketsPerVCPU: sizing.Bounds{Low: 40_000, Estimate: 42_000, High: 44_000},
		PerPacketIn:    sizing.Bounds{Low: 10e-6, Estimate: 20e-6, High: 25e-6},
		LowestFanOut:   8, PeakVCPUs: 11, ConfidencePercent: 95, Samples: 8,
	}
}

// The counts are computed by hand. One of prod's meetings has
//
//	188,986 packets/s out (500 videos of 227.27, 1,497 speech tracks of 50, 500 signalling)
//	 16,722 packets/s in (50 x 296.59 of three layers, 3 x 50, 497 x 2.5, 500)
//
// and a c-16-intel plans with (16 - 0.602) x 70 % = 10.779 vCPUs, less the idle ones, and
// with 7 of 10 Gbit/s, which are five meetings of 1.17.
func TestCalibrationReplacesTheBenchmark(t *testing.T) {
	for name, c := range map[string]struct {
		change       func(*sizing.Calibration)
		vCPUs        float64
		rooms, nodes int
	}{
		// 188,986 / 40,000 + 16,722 x 25 us = 4.725 + 0.418; 10.579 / 5.143 = 2.06
		"packets in known": {func(*sizing.Calibration) {}, 5.143, 2, 52},
		// 188,986 / 80,000 + 0.418 = 2.780; 10.579 / 2.780 = 3.8
		"a faster node": {func(c *sizing.Calibration) { c.PacketsPerVCPU = sizing.Bounds{Low: 80e3, Estimate: 81e3, High: 82e3} }, 2.780, 3, 36},
		// The same in a wider interval: 188,986 / 30,000 + 0.418 = 6.718; 1.57
		"less certain": {func(c *sizing.Calibration) { c.PacketsPerVCPU.Low = 30_000 }, 6.718, 1, 102},
		// 188,986 / 40,000 = 4.725: meetings fan out 11.3-fold, more than the 8 measured; 2.24
		"packets in not known": {func(c *sizing.Calibration) { c.PerPacketIn = sizing.Bounds{} }, 4.725, 2, 52},
		// 16,722 x 49 / 40,000 = 20.484; no meeting fits
		"larger fan-out only": {func(c *sizing.Calibration) { c.PerPacketIn, c.LowestFanOut = sizing.Bounds{}, 49 }, 20.484, 0, 0},
		// 10.779 - 0.7 = 10.079; / 5.143 = 1.96
		"a busy idle node": {func(c *sizing.Calibration) { c.IdleVCPUs = 0.7 }, 5.143, 1, 102},
	} {
		t.Run(name, func(t *testing.T) {
			in := designed(sizing.ModelCapacity)
			in.Options.Calibration = measured()
			c.change(in.Options.Calibration)
			in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "c-16-intel"}}
			size, ok := sizing.DefaultCatalogue().Size("c-16-intel")
			require.True(t, ok)
			node := in.Target.SFUCapacity(size, in.Options)
			require.InDelta(t, c.vCPUs, node.RoomVCPUs, 1e-3)
			require.Equal(t, c.rooms, node.Rooms)
			if c.rooms > 0 {
				require.Equal(t, c.nodes, plan(t, in).Total(sizing.RoleSFU))
			}
		})
	}
}

func TestCalibrationIsExplained(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	text := func() string {
		var b strings.Builder
		steps, err := plan(t, in).Explain("sfu.nodes")
		require.NoError(t, err)
		for _, step := range steps {
			b.WriteString(step.Name + " " + step.Formula + " " + step.Note + "\n")
			for _, q := range step.Inputs {
				b.WriteString("  " + q.Name + " " + q.Value + " " + q.Source + "\n")
			}
		}
		return b.String()
	}
	require.NotContains(t, text(), "calibration")
	in.Options.Calibration = measured()
	require.Contains(t, text(), "packets per vCPU 40000 calibration of 2026-11-28: LiveKit 1.13.11 on c-16-intel over udp, 8 samples; the lower end of 40000 to 44000 at 95 %")
	require.Contains(t, text(), "packets out / packets per vCPU + packets in x packet in the published benchmark at 50 % would be 10.5676 vCPUs")
	require.Contains(t, text(), "((vCPUs - DOKS) x utilisation - idle)")
	require.NotContains(t, text(), "fitted to its three rows")
	in.Options.Calibration.PerPacketIn = sizing.Bounds{}
	require.Contains(t, text(), "max(packets out, packets in x fan-out) / packets per vCPU")
}

func TestCalibrationFindings(t *testing.T) {
	for want, change := range map[string]func(in *sizing.Input){
		"was measured on c-8 (8 vCPUs) and the plan has c-16-intel (16)": func(in *sizing.Input) {
			in.Options.Calibration.Size, in.Options.Calibration.VCPUs = "c-8", 8
		},
		"was measured on a machine that is no Droplet (2 vCPUs)": func(in *sizing.Input) {
			in.Options.Calibration.Size, in.Options.Calibration.VCPUs = "", 2
		},
		"with LiveKit 1.13.11 and 1.14.0 is deployed": func(in *sizing.Input) { in.Options.LiveKitVersion = "1.14.0" },
		"is 181 days old, more than 180":              func(in *sizing.Input) { in.Options.Today = "2027-05-28" },
		"the calibration is doubtful: the driver was on the node": func(in *sizing.Input) {
			in.Options.Calibration.Doubts = []string{"the driver was on the node"}
		},
		"over tcp, and most participants use udp":         func(in *sizing.Input) { in.Options.Calibration.Transport = "tcp" },
		"loaded 5.0 vCPUs at most and the plan loads 10.": func(in *sizing.Input) { in.Options.Calibration.PeakVCPUs = 5 },
		"forwards each packet 11.3 times and the calibration no fewer than 20.0": func(in *sizing.Input) {
			in.Options.Calibration.PerPacketIn, in.Options.Calibration.LowestFanOut = sizing.Bounds{}, 20
		},
	} {
		t.Run(want, func(t *testing.T) {
			in := designed(sizing.ModelCapacity)
			in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "c-16-intel"}}
			in.Options.Calibration, in.Options.LiveKitVersion, in.Options.Today = measured(), "1.13.11", "2027-05-27"
			find := func() (found []string) {
				for _, f := range plan(t, in).Verdict.Findings {
					if strings.Contains(f.Text, "calibration") {
						require.Equal(t, sizing.SeverityWarning, f.Severity)
						found = append(found, f.Text)
					}
				}
				return found
			}
			require.Empty(t, find(), "nothing differs")
			change(&in)
			found := find()
			require.Len(t, found, 1)
			require.Contains(t, found[0], want)
		})
	}
}

func TestCalibrationIsChecked(t *testing.T) {
	for field, change := range map[string]func(o *sizing.Options){
		"calibration.date":                    func(o *sizing.Options) { o.Calibration.Date = "yesterday" },
		"calibration.livekit":                 func(o *sizing.Options) { o.Calibration.LiveKit = "" },
		"calibration.size":                    func(o *sizing.Options) { o.Calibration.Size = "c-17" },
		"calibration.vcpus":                   func(o *sizing.Options) { o.Calibration.VCPUs = 8 },
		"calibration.transport":               func(o *sizing.Options) { o.Calibration.Transport = "quic" },
		"calibration.idleVCPUs":               func(o *sizing.Options) { o.Calibration.IdleVCPUs = math.NaN() },
		"calibration.packetsPerVCPU":          func(o *sizing.Options) { o.Calibration.PacketsPerVCPU.Low = 43_000 },
		"calibration.packetsPerVCPU.low":      func(o *sizing.Options) { o.Calibration.PacketsPerVCPU.Low = 0 },
		"calibration.packetsPerVCPU.estimate": func(o *sizing.Options) { o.Calibration.PacketsPerVCPU.Estimate = math.Inf(1) },
		"calibration.perPacketIn.high":        func(o *sizing.Options) { o.Calibration.PerPacketIn.High = 1 },
		"calibration.lowestFanOut":            func(o *sizing.Options) { o.Calibration.LowestFanOut = -1 },
		"calibration.peakVCPUs":               func(o *sizing.Options) { o.Calibration.PeakVCPUs = -1 },
		"calibration.confidencePercent":       func(o *sizing.Options) { o.Calibration.ConfidencePercent = 100 },
		"calibration.samples":                 func(o *sizing.Options) { o.Calibration.Samples = 2 },
		"options.benchmarkPercent":            func(o *sizing.Options) { o.BenchmarkPercent = 50 },
		"options.today":                       func(o *sizing.Options) { o.Today = "today" },
	} {
		t.Run(field, func(t *testing.T) {
			in := designed(sizing.ModelCapacity)
			in.Options.Calibration = measured()
			plan(t, in)
			change(&in.Options)
			_, err := sizing.NewPlan(in)
			require.Equal(t, []string{field}, fields(t, err))
		})
	}
}
