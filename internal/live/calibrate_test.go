//go:build live

package live_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// calibrated is what the server is measured with: a load that two shared cores carry within
// the default limits, and that loads the server enough for a credible fit.
var calibrated = calibrate.Load{Participants: 50, Publishers: 10, BitsPerSecond: 240_000, Steps: 10, StepTime: 15 * time.Second}

// The command, as people run it, with 50 in one room, over UDP and over TCP: within the
// default limits it writes a file that has no refusals, and a plan can be made of it.
func TestCalibrate(t *testing.T) {
	gomeet := filepath.Join(t.TempDir(), "gomeet")
	build := exec.Command("go", "build", "-o", gomeet, "./cmd/gomeet")
	build.Dir = filepath.Join("..", "..")
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)
	for transport, cpu := range map[media.Transport]func(*live.Process) string{
		media.UDP: func(p *live.Process) string { return fmt.Sprintf("pid:%d", p.PID()) },
		media.TCP: func(*live.Process) string { return "" },
	} {
		t.Run(string(transport), func(t *testing.T) {
			l, server := startedLiveKit(t)
			path := filepath.Join(t.TempDir(), "calibration.yaml")
			command := exec.Command(gomeet, "calibrate", "--url", mediaServer(l).URL, "--metrics", metricsURL(l), "--cpu", cpu(server),
				"--subscription-limit", fmt.Sprint(l.Limit.SubscriptionLimitVideo), "--transport", string(transport), "--out", path,
				"--participants", fmt.Sprint(calibrated.Participants), "--publishers", fmt.Sprint(calibrated.Publishers),
				"--bitrate", fmt.Sprint(calibrated.BitsPerSecond), "--steps", fmt.Sprint(calibrated.Steps), "--step-time", calibrated.StepTime.String())
			command.Env = append(os.Environ(), "LIVEKIT_API_KEY="+liveKitKey, "LIVEKIT_API_SECRET="+liveKitSecret)
			output, err := command.CombinedOutput()
			t.Logf("%s", output)
			require.NoError(t, err)
			require.NotContains(t, string(output), liveKitSecret)
			require.NoFileExists(t, path+".samples")
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			file, err := calibration.Parse(text)
			require.NoError(t, err)
			require.Empty(t, file.Refusals)
			require.Equal(t, manifests.LiveKitVersion(), file.Conditions.LiveKit)
			full := 0
			for _, s := range file.Samples[1:] {
				// The load grows until participants notice: here because the machine is busy.
				if s.Excluded != "" {
					t.Logf("the load stopped growing: %s", s.Excluded)
					continue
				}
				if s.Participants == calibrated.Participants {
					full++
				}
				// Participants without a core of their own read and send late, and the
				// sample says so.
				if s.DriverSaturated {
					t.Logf("the driver was the bottleneck: %+v", s)
					continue
				}
				require.InEpsilon(t, s.PacketsOut, s.Received, 0.25, "the server's count and the participants': %+v", s)
				require.InEpsilon(t, float64(s.Publishers*media.FramesPerSecond), s.PacketsIn, 0.25, "one packet a frame: %+v", s)
			}
			require.GreaterOrEqual(t, full, 3)

			target := sizing.DefaultTarget()
			target.ParticipantsPerMeeting, target.MaxVideoPublishers = 20, 5
			plan, err := sizing.NewPlan(sizing.Input{
				Target: target, Model: sizing.ModelCapacity, Sites: []sizing.Site{{Name: "singapore", Region: "sgp1"}},
				Options: sizing.Options{Calibration: file.Sizing()},
			})
			require.NoError(t, err)
			require.True(t, plan.Verdict.Sufficient)
		})
	}
}

// A load beyond the server's own limit, which the command was not told, ends at the first
// step that asks for it, and names the limit: LiveKit itself says nothing.
func TestCalibrateNamesTheSubscriptionLimit(t *testing.T) {
	redis := live.StartRedis(t)
	l := liveKitConfig(t, redis)
	l.Limit.SubscriptionLimitVideo = 1
	untilHealthy(startLiveKit(t, redis, render(t, l)), l)
	run := smallRun(t, l, calibrate.Load{Participants: 3, Publishers: 3, BitsPerSecond: 100_000, Steps: 4, StepTime: 5 * time.Second})
	run.JoinTime = 10 * time.Second
	var err error
	run.Log, err = calibrate.OpenLog(filepath.Join(t.TempDir(), "samples"), calibrate.Identity{Load: run.Load})
	require.NoError(t, err)
	outcome, err := run.Do(t.Context())
	require.NoError(t, err)
	for _, s := range outcome.Samples[1:] {
		require.LessOrEqual(t, calibrate.Step{Participants: s.Participants, Publishers: s.Publishers}.Seen(), 1)
	}
	require.Contains(t, outcome.Stopped, "participants do not see all videos: it took more than 10s")
	require.Contains(t, outcome.Stopped, "limit.subscription_limit_video of its configuration, and a participant of this step subscribes to 2")
}

// smallRun measures a started server, with limits that a busy machine does not reach: the tests
// are about other things.
func smallRun(t *testing.T, l manifests.LiveKit, load calibrate.Load) *calibrate.Run {
	t.Helper()
	metrics := calibrate.Endpoint{URL: metricsURL(l)}
	source, err := calibrate.NewCPU(t.Context(), "", nil, metrics)
	require.NoError(t, err)
	return &calibrate.Run{
		Server: mediaServer(l), Metrics: metrics, CPU: source, VCPUs: source.VCPUs, JoinTime: 2 * time.Minute, Transport: media.UDP,
		Load: load, Limits: calibrate.Limits{LossPercent: 20, DelayP95: 10 * time.Second, CPUPercent: 95}, Say: t.Logf,
	}
}

func metricsURL(l manifests.LiveKit) string {
	return fmt.Sprintf("http://%s/metrics", live.Address(l.Prometheus.Port))
}

// A run that is cut off leaves no room behind, and the next one goes on where it was.
func TestCalibrateIsCutOff(t *testing.T) {
	l, _ := startedLiveKit(t)
	run := smallRun(t, l, calibrate.Load{Participants: 6, Publishers: 3, BitsPerSecond: 100_000, Steps: 4, StepTime: 5 * time.Second})
	// As behind the edge: rooms are made elsewhere.
	run.Server.URL, run.Server.API = onlySignalling(t, l), "http://"+live.Address(l.Port)
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
	counted, err := live.Get(run.Metrics.URL)
	require.NoError(t, err)
	require.Regexp(t, `(?m)^livekit_room_total\{.*\} 0$`, counted)

	require.Equal(t, 2, open())
	run.Say = t.Logf
	outcome, err := run.Do(t.Context())
	require.NoError(t, err)
	require.Len(t, outcome.Samples, 1+len(run.Load.Plan()))
}

// settled is when a small meeting is on, and not yet over.
const settled = 5 * time.Second

// onlySignalling stands in for the edge, which routes /rtc and nothing else of LiveKit
// (manifests.ClusterRoutes).
func onlySignalling(t *testing.T, l manifests.LiveKit) string {
	t.Helper()
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: live.Address(l.Port)})
	mux := http.NewServeMux()
	mux.Handle("/rtc", proxy)
	mux.Handle("/rtc/", proxy)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return strings.Replace(server.URL, "http", "ws", 1)
}
