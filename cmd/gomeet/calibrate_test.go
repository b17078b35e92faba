package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing/calibration"
)

// What cannot be measured is refused before anything is loaded, and no message has the key.
func TestCalibrateRefuses(t *testing.T) {
	folder := t.TempDir()
	keys := filepath.Join(folder, "keys.yaml")
	require.NoError(t, os.WriteFile(keys, []byte("APIkey: hunter2\nAPIother: hunter3\n"), 0o600))
	at := []string{"--url", "ws://127.0.0.1:1", "--metrics", "http://127.0.0.1:1", "--subscription-limit", "22"}
	for want, args := range map[string][]string{
		"--url or --stack: one of them":                                  nil,
		"--metrics: must say where":                                      {"--stack", "prod"},
		"--subscription-limit: must say how many videos the server lets": {"--url", "ws://a", "--metrics", "http://a"},
		"--publishers 23: each participant would see 23 videos, and LiveKit lets them subscribe to 22 (limit.subscription_limit_video": append(at, "--publishers", "23"),
		`--transport "turn": must be one of [udp tcp]`: append(at, "--transport", "turn"),
		"--steps 2: must be 4 to 50":                   append(at, "--steps", "2"),
		"--stop-cpu 99: must be 10 to 95 percent":      append(at, "--stop-cpu", "99"),
		"LIVEKIT_API_KEY and LIVEKIT_API_SECRET":       at,
		`must have one line, "key: secret"`:            append(at, "--key-file", keys),
		`--output: "yaml": must be one of`:             append(at, "--output", "yaml"),
		`--stack "nowhere"`:                            {"--stack", "nowhere"},
	} {
		t.Setenv("LIVEKIT_API_KEY", "")
		_, err := run(t, append([]string{"calibrate", "--out", filepath.Join(folder, "out.yaml")}, args...)...)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter")
	}
	t.Setenv("LIVEKIT_API_KEY", "APIkey")
	t.Setenv("LIVEKIT_API_SECRET", "hunter2")
	_, err := run(t, append([]string{"calibrate"}, at...)...)
	require.ErrorContains(t, err, "connection refused")
	_, err = run(t, "plan", "--calibration", keys)
	require.ErrorContains(t, err, "--calibration "+keys)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing was written")
}

// Of a stack's LiveKit the edge routes only /rtc: rooms are made at --livekit-api.
func TestCalibrateMakesItsRoomBehindTheEdge(t *testing.T) {
	var atEdge, atAPI []string
	edge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		atEdge = append(atEdge, r.URL.Path)
		if !strings.HasPrefix(r.URL.Path, "/rtc") {
			http.NotFound(w, r)
		}
	}))
	defer edge.Close()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		atAPI = append(atAPI, path.Base(r.URL.Path))
		w.Header().Set("Content-Type", "application/protobuf") // An empty message.
	}))
	defer api.Close()
	metrics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "livekit_room_total{node_id=\"ND_a\"} 0\nprocess_cpu_seconds_total 1\ngo_sched_gomaxprocs_threads 2\n")
	}))
	defer metrics.Close()
	t.Setenv("LIVEKIT_API_KEY", "APIkey")
	t.Setenv("LIVEKIT_API_SECRET", "hunter2")
	room := func(args ...string) error {
		cmd := &cobra.Command{}
		f := addCalibrateFlags(cmd)
		require.NoError(t, cmd.ParseFlags(append([]string{
			"--url", strings.Replace(edge.URL, "http", "ws", 1), "--metrics", metrics.URL, "--subscription-limit", "22",
		}, args...)))
		r, identity, err := f.prepare(t.Context())
		require.NoError(t, err)
		require.Equal(t, "ND_a", identity.Node)
		return r.Server.Within(t.Context(), "standup", func() {})
	}
	require.ErrorContains(t, room(), "404")
	require.NotEmpty(t, atEdge)
	atEdge = nil
	require.NoError(t, room("--livekit-api", api.URL))
	require.Equal(t, []string{"CreateRoom", "DeleteRoom"}, atAPI)
	require.Empty(t, atEdge)
}

// A stack's own limit of subscriptions bounds the load.
func TestCalibrateTakesTheStacksLimit(t *testing.T) {
	var limit int
	t.Run("the plan's", func(t *testing.T) {
		t.Chdir(filepath.Join("..", ".."))
		cfg, err := readStack("prod")
		require.NoError(t, err)
		plan, err := cfg.Plan()
		require.NoError(t, err)
		limit = plan.Daemons.LiveKit.SubscriptionLimitVideo
		require.Positive(t, limit)
	})
	args := []string{"calibrate", "--stack", "prod", "--metrics", "http://127.0.0.1:1", "--participants", "500", "--publishers", fmt.Sprint(limit + 1)}
	_, err := run(t, args...)
	require.ErrorContains(t, err, fmt.Sprintf("LiveKit lets them subscribe to %d (", limit))
	t.Setenv("LIVEKIT_API_KEY", "")
	_, err = run(t, append(args, "--subscription-limit", "0")...)
	require.ErrorContains(t, err, "LIVEKIT_API_KEY", "the flag goes first")
}

// The tables of a calibration.
func TestCalibrationTables(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "sizing", "calibration", "testdata", "measured.yaml"))
	require.NoError(t, err)
	file, err := calibration.Parse(text)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, report.Text(&out, report.Calibration(file, "")))
	golden.Equal(t, "calibration.txt", out.String())
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "calibration.md"))
	require.NoError(t, err)
	require.Contains(t, string(document), out.String(), "the sample of docs/calibration.md")
}
