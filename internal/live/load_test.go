//go:build live

package live_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/load"
	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// standIn is an API that answers every request and takes every WebSocket, and can be made
// slow or full.
type standIn struct {
	*httptest.Server
	slow time.Duration
	// refused is how many of a hundred WebSockets are refused.
	refused int64
	// lasts is how long the API keeps a WebSocket; 0 is until its client leaves.
	lasts    time.Duration
	requests atomic.Int64
	opened   atomic.Int64
	tokens   atomic.Int64
}

func startStandIn(t *testing.T, s *standIn) *standIn {
	t.Helper()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number := s.requests.Add(1)
		if r.Header.Get("Authorization") == "Bearer token-of-a-participant" {
			s.tokens.Add(1)
		}
		if !websocket.IsWebSocketUpgrade(r) {
			time.Sleep(s.slow)
			return
		}
		if number%100 < s.refused {
			http.Error(w, "full", http.StatusServiceUnavailable)
			return
		}
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		s.opened.Add(1)
		if s.lasts > 0 {
			_ = conn.SetReadDeadline(time.Now().Add(s.lasts))
		}
		for {
			if _, _, err := conn.ReadMessage(); err != nil { // It answers pings.
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// runK6 runs a test briefly, and returns k6's report.
func runK6(t *testing.T, s load.Spec) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := s.Run(t.Context(), live.Tool(t, "k6"), &out)
	t.Logf("%s", out.String())
	return out.String(), err
}

// brief is a test of a few users for seconds.
func brief(test load.Test, target string) load.Spec {
	s := load.Default(test)
	s.Target, s.Users, s.Ramp, s.Hold = target, 10, time.Second, 3*time.Second
	return s
}

// The version that clusters run is the one that is tested here.
func TestK6Image(t *testing.T) {
	version, err := exec.Command(live.Tool(t, "k6"), "version").Output()
	require.NoError(t, err)
	require.Contains(t, string(version), "k6 v"+manifests.K6Image[strings.LastIndex(manifests.K6Image, ":")+1:]+" ")
}

func TestLoadWebSocket(t *testing.T) {
	t.Setenv("TOKEN", "token-of-a-participant")
	t.Run("holds", func(t *testing.T) {
		api := startStandIn(t, &standIn{})
		out, err := runK6(t, brief(load.WebSocket, strings.Replace(api.URL, "http", "ws", 1)+"/v1/signalling"))
		require.NoError(t, err)
		require.EqualValues(t, 10, api.opened.Load())
		require.EqualValues(t, 10, api.tokens.Load())
		require.Contains(t, out, "'rate>0.995' rate=100.00%")
		require.NotContains(t, out, "token-of-a-participant")
	})
	t.Run("misses its target when connections are refused", func(t *testing.T) {
		api := startStandIn(t, &standIn{refused: 5})
		_, err := runK6(t, brief(load.WebSocket, strings.Replace(api.URL, "http", "ws", 1)+"/v1/signalling"))
		require.ErrorIs(t, err, load.ErrMissed)
	})
	t.Run("misses its target when connections do not last", func(t *testing.T) {
		api := startStandIn(t, &standIn{lasts: time.Second})
		_, err := runK6(t, brief(load.WebSocket, strings.Replace(api.URL, "http", "ws", 1)+"/v1/signalling"))
		require.ErrorIs(t, err, load.ErrMissed)
		require.EqualValues(t, 10, api.opened.Load(), "and nobody tries again")
	})
	// Each worker has its own part of the users, and together they are all.
	t.Run("is split by the number of the pod", func(t *testing.T) {
		api := startStandIn(t, &standIn{})
		s := brief(load.WebSocket, strings.Replace(api.URL, "http", "ws", 1)+"/v1/signalling")
		s.Workers = 3
		for index := range s.Workers {
			t.Setenv("JOB_COMPLETION_INDEX", strconv.Itoa(index))
			before := api.opened.Load()
			_, err := runK6(t, s)
			require.NoError(t, err)
			share := api.opened.Load() - before
			require.GreaterOrEqual(t, share, int64(3))
			require.LessOrEqual(t, share, int64(4))
		}
		require.EqualValues(t, 10, api.opened.Load())
	})
}

func TestLoadAPI(t *testing.T) {
	t.Run("holds", func(t *testing.T) {
		api := startStandIn(t, &standIn{})
		out, err := runK6(t, brief(load.API, api.URL))
		require.NoError(t, err)
		require.Greater(t, api.requests.Load(), int64(20), "10 a second for 3 seconds, and the ramp")
		require.Contains(t, out, "'p(95)<200'")
	})
	t.Run("misses its target when the API is slow", func(t *testing.T) {
		api := startStandIn(t, &standIn{slow: sizing.APIObjective.Limit + 50*time.Millisecond})
		out, err := runK6(t, brief(load.API, api.URL))
		require.ErrorIs(t, err, load.ErrMissed)
		require.Regexp(t, regexp.MustCompile(`✗ 'p\(95\)<200'`), out)
	})
	t.Run("misses its target when the API is not there", func(t *testing.T) {
		_, err := runK6(t, brief(load.API, "http://"+live.Address(live.Ports(t, 1)[0])))
		require.ErrorIs(t, err, load.ErrMissed)
	})
}

// k6 joins LiveKit's rooms and stays, longer than LiveKit waits for somebody who is silent.
func TestLoadSignalling(t *testing.T) {
	l, server := startedLiveKit(t)
	t.Setenv("LIVEKIT_KEY", liveKitKey)
	t.Setenv("LIVEKIT_SECRET", liveKitSecret)
	s := brief(load.Signalling, "ws://"+live.Address(l.Port))
	s.PerRoom, s.Hold = 5, 20*time.Second
	out, err := runK6(t, s)
	require.NoError(t, err)
	require.Contains(t, out, "'rate>0.995' rate=100.00%")
	for _, room := range []string{"gomeet-load-run-0", "gomeet-load-run-1"} {
		require.Contains(t, server.Log(), room)
	}
	require.NotContains(t, out, liveKitSecret)
	t.Run("misses its target with a wrong key", func(t *testing.T) {
		t.Setenv("LIVEKIT_SECRET", "another-secret-of-a-test-of-32-characters")
		s.Hold = time.Second
		_, err := runK6(t, s)
		require.ErrorIs(t, err, load.ErrMissed)
	})
}

// Meetings with media, which k6 does not speak.
func TestLoadSFU(t *testing.T) {
	l, _ := startedLiveKit(t)
	set := load.SFU{Meetings: 2, Each: media.Meeting{
		Participants: 5, Publishers: 1, BitsPerSecond: 300_000, Transport: media.UDP, JoinTime: time.Minute, Duration: 3 * time.Second,
	}}
	reports, err := set.Run(t.Context(), mediaServer(l))
	require.NoError(t, err)
	require.Len(t, reports, 2)
	for _, report := range reports {
		require.Empty(t, load.Judge(report))
	}
}
