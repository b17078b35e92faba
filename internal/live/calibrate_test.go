//go:build live

package live_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/calibrate"
	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/calibration"
)

// calibrationRun measures a started server, with limits that a shared machine keeps.
func calibrationRun(t *testing.T, l manifests.LiveKit, cpu string) *calibrate.Run {
	t.Helper()
	metrics := calibrate.Endpoint{URL: fmt.Sprintf("http://%s/metrics", live.Address(l.Prometheus.Port))}
	source, err := calibrate.NewCPU(t.Context(), cpu, nil, metrics)
	require.NoError(t, err)
	return &calibrate.Run{
		Server: mediaServer(l), Metrics: metrics, CPU: source, VCPUs: source.VCPUs, JoinTime: 2 * time.Minute, Transport: media.UDP,
		Load:   calibrate.Load{Participants: 50, Publishers: 4, BitsPerSecond: 300_000, Steps: 6, StepTime: 10 * time.Second},
		Limits: calibrate.Limits{LossPercent: 20, DelayP95: 10 * time.Second, CPUPercent: 95}, Say: t.Logf,
	}
}

// With 50 in one room, over UDP and over TCP: what a packet costs comes out above nothing,
// and a plan can be made of it.
func TestCalibrate(t *testing.T) {
	for transport, cpu := range map[media.Transport]func(*live.Process) string{
		media.UDP: func(p *live.Process) string { return fmt.Sprintf("pid:%d", p.PID()) },
		media.TCP: func(*live.Process) string { return "" },
	} {
		t.Run(string(transport), func(t *testing.T) {
			l, server := startedLiveKit(t)
			run := calibrationRun(t, l, cpu(server))
			run.Transport = transport
			var err error
			run.Log, err = calibrate.OpenLog(filepath.Join(t.TempDir(), "samples"), calibrate.Identity{Load: run.Load})
			require.NoError(t, err)
			outcome, err := run.Do(t.Context())
			require.NoError(t, err)
			require.Empty(t, outcome.Stopped)
			require.Equal(t, manifests.LiveKitVersion(), outcome.LiveKit)
			full := 0
			for _, s := range outcome.Samples[1:] {
				require.Empty(t, s.Excluded)
				if s.Participants == 50 {
					full++
				}
				// Participants without a core of their own read and send late, and the
				// sample says so.
				if s.DriverSaturated {
					t.Logf("the driver was the bottleneck: %+v", s)
					continue
				}
				require.InEpsilon(t, s.PacketsOut, s.Received, 0.25, "the server's count and the participants': %+v", s)
				require.InEpsilon(t, float64(s.Publishers*2*media.FramesPerSecond), s.PacketsIn, 0.25, "two packets a frame: %+v", s)
			}
			require.GreaterOrEqual(t, full, 3)

			fit, err := calibrate.Fit(outcome.Samples)
			require.NoError(t, err)
			for _, reason := range append(calibrate.Refusals(fit, run.VCPUs), run.Doubts(outcome, fit)...) {
				t.Log(reason)
			}
			t.Logf("%s: %.0f packets/s per vCPU (%.0f to %.0f), R² %.3f", transport, fit.PacketsOutPerCore.Estimate,
				fit.PacketsOutPerCore.Low, fit.PacketsOutPerCore.High, fit.RSquared)
			file := calibration.File{Version: calibration.Version, Fit: *fit, Samples: outcome.Samples, Conditions: calibration.Conditions{
				Date: "2026-11-28", LiveKit: outcome.LiveKit, Transport: string(transport), Node: calibration.Node{VCPUs: run.VCPUs, CPUSource: run.CPU.Kind},
			}}
			text, err := file.Render()
			require.NoError(t, err)
			t.Log(string(text))
			read, err := calibration.Parse(text)
			require.NoError(t, err)
			target := sizing.DefaultTarget()
			target.ParticipantsPerMeeting, target.MaxVideoPublishers = 20, 5
			plan, err := sizing.NewPlan(sizing.Input{
				Target: target, Model: sizing.ModelCapacity, Sites: []sizing.Site{{Name: "singapore", Region: "sgp1"}},
				Options: sizing.Options{Calibration: read.Sizing()},
			})
			require.NoError(t, err)
			require.True(t, plan.Verdict.Sufficient)
		})
	}
}

// A run that is cut off leaves no room behind, and the next one goes on where it was.
func TestCalibrateIsCutOff(t *testing.T) {
	l, _ := startedLiveKit(t)
	run := calibrationRun(t, l, "")
	run.Load = calibrate.Load{Participants: 6, Publishers: 3, BitsPerSecond: 100_000, Steps: 4, StepTime: 5 * time.Second}
	path := filepath.Join(t.TempDir(), "samples")
	open := func() int {
		var err error
		run.Log, err = calibrate.OpenLog(path, calibrate.Identity{Load: run.Load})
		require.NoError(t, err)
		return len(run.Log.Samples())
	}
	require.Zero(t, open())
	ctx, cutOff := context.WithCancel(t.Context())
	run.Say = func(format string, args ...any) {
		t.Logf(format, args...)
		if len(run.Log.Samples()) == 2 {
			time.AfterFunc(settled, cutOff) // In the middle of the second step.
		}
	}
	_, err := run.Do(ctx)
	require.ErrorIs(t, err, context.Canceled)
	metrics, err := live.Get(run.Metrics.URL)
	require.NoError(t, err)
	require.Regexp(t, `(?m)^livekit_room_total\{.*\} 0$`, metrics)

	require.Equal(t, 2, open())
	run.Say = t.Logf
	outcome, err := run.Do(t.Context())
	require.NoError(t, err)
	require.Len(t, outcome.Samples, 1+len(run.Load.Plan()))
}

// settled is when a small meeting is on, and not yet over.
const settled = 5 * time.Second
