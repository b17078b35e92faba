//go:build live

package live_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
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
	// mute WebSockets open, and nothing ever answers in them.
	mute bool
	// lasts is how long the API keeps a WebSocket; 0 is until its client leaves.
	lasts    time.Duration
	requests atomic.Int64
	opened   atomic.Int64
	tokens   atomic.Int64
	ended    chan struct{}
}

func startStandIn(t *testing.T, s *standIn) *standIn {
	t.Helper()
	s.ended = make(chan struct{})
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
		if s.mute {
			<-s.ended
			return
		}
		if s.lasts > 0 {
			_ = conn.SetReadDeadline(time.Now().Add(s.lasts))
		}
		for {
			if _, _, err := conn.ReadMessage(); err != nil { // It answers pings.
				return
			}
		}
	}))
	t.Cleanup(func() {
		close(s.ended)
		s.Close()
	})
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
		require.Contains(t, out, "'count>=10' count=10")
		require.NotContains(t, out, "token-of-a-participant")
	})
	t.Run("misses its target when connections go silent", func(t *testing.T) {
		api := startStandIn(t, &standIn{mute: true})
		out, err := runK6(t, brief(load.WebSocket, strings.Replace(api.URL, "http", "ws", 1)))
		require.ErrorIs(t, err, load.ErrMissed)
		require.EqualValues(t, 10, api.opened.Load())
		require.Contains(t, out, "'rate>0.995' rate=0.00%")
		require.Contains(t, out, "'count>=10' count=10")
	})
	t.Run("misses its target when nothing answers", func(t *testing.T) {
		out, err := runK6(t, brief(load.WebSocket, "ws://"+mute(t)))
		require.ErrorIs(t, err, load.ErrMissed)
		require.Contains(t, out, "'rate>0.995' rate=0.00%")
		require.Contains(t, out, "'count>=10' count=10")
	})
	t.Run("misses its target when users are not counted", func(t *testing.T) {
		api := startStandIn(t, &standIn{})
		// k6's flags go before the script.
		half := filepath.Join(t.TempDir(), "k6")
		require.NoError(t, os.WriteFile(half, []byte("#!/bin/sh\nexec "+live.Tool(t, "k6")+" \"$@\" --vus 5 --iterations 5\n"), 0o700))
		var out bytes.Buffer
		require.ErrorIs(t, brief(load.WebSocket, strings.Replace(api.URL, "http", "ws", 1)).Run(t.Context(), half, &out), load.ErrMissed)
		require.Contains(t, out.String(), "'rate>0.995' rate=100.00%")
		require.Contains(t, out.String(), "✗ 'count>=10' count=5")
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
			out, err := runK6(t, s)
			require.NoError(t, err)
			share := api.opened.Load() - before
			require.Equal(t, []int64{4, 3, 3}[index], share)
			require.Contains(t, out, fmt.Sprintf("'count>=%d' count=%[1]d", share))
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
	t.Setenv("LIVEKIT_API_KEY", liveKitKey)
	t.Setenv("LIVEKIT_API_SECRET", liveKitSecret)
	s := brief(load.Signalling, "ws://"+live.Address(l.Port))
	s.PerRoom, s.Hold = 5, 20*time.Second
	out, err := runK6(t, s)
	require.NoError(t, err)
	require.Contains(t, out, "'rate>0.995' rate=100.00%")
	for _, room := range []string{"gomeet-load-run-0", "gomeet-load-run-1"} {
		require.Contains(t, server.Log(), room)
	}
	require.NotContains(t, out, liveKitSecret)
	require.Contains(t, out, "'count>=10' count=10")
	// It opens and never says "join".
	t.Run("misses its target when LiveKit is mute", func(t *testing.T) {
		api := startStandIn(t, &standIn{mute: true})
		s := s
		s.Target, s.Hold = strings.Replace(api.URL, "http", "ws", 1), time.Second
		out, err := runK6(t, s)
		require.ErrorIs(t, err, load.ErrMissed)
		require.EqualValues(t, 10, api.opened.Load())
		require.Contains(t, out, "'rate>0.995' rate=0.00%")
		require.Contains(t, out, "'count>=10' count=10")
	})
	// It lets people in, and then a third of them hears nothing any more.
	t.Run("misses its target when LiveKit goes silent", func(t *testing.T) {
		s := s
		s.Target, s.Hold = "ws://"+silenced(t, live.Address(l.Port)), 8*time.Second
		out, err := runK6(t, s)
		require.ErrorIs(t, err, load.ErrMissed)
		require.Contains(t, out, "'rate>0.995' rate=70.00%")
	})
	t.Run("misses its target with a wrong key", func(t *testing.T) {
		t.Setenv("LIVEKIT_API_SECRET", "another-secret-of-a-test-of-32-characters")
		s.Hold = time.Second
		_, err := runK6(t, s)
		require.ErrorIs(t, err, load.ErrMissed)
	})
}

// mute is an address that takes connections and never says a word.
func mute(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", live.Loopback+":0")
	require.NoError(t, err)
	var open []net.Conn
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open = append(open, conn)
		}
	})
	t.Cleanup(func() {
		listener.Close()
		work.Wait()
		for _, conn := range open {
			conn.Close()
		}
	})
	return listener.Addr().String()
}

// silenced passes connections on to a server, and nothing more comes of three of ten after
// two seconds: they stay open.
func silenced(t *testing.T, server string) string {
	t.Helper()
	listener, err := net.Listen("tcp", live.Loopback+":0")
	require.NoError(t, err)
	ctx, end := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() {
		for number := 0; ; number++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				defer conn.Close()
				to, err := net.Dial("tcp", server)
				if err != nil {
					return
				}
				defer to.Close()
				context.AfterFunc(ctx, func() { conn.Close(); to.Close() })
				work.Go(func() { _, _ = io.Copy(to, conn) })
				if number%10 < 3 {
					_ = to.SetReadDeadline(time.Now().Add(2 * time.Second))
				}
				_, err = io.Copy(conn, to)
				if errors.Is(err, os.ErrDeadlineExceeded) {
					<-ctx.Done()
				}
			})
		}
	})
	t.Cleanup(func() {
		end()
		listener.Close()
		work.Wait()
	})
	return listener.Addr().String()
}

// Meetings with media, which k6 does not speak.
func TestLoadSFU(t *testing.T) {
	l, _ := startedLiveKit(t)
	set := load.SFU{Meetings: 2, Each: media.Meeting{
		Participants: 5, Publishers: 1, BitsPerSecond: 300_000, Transport: media.UDP, JoinTime: time.Minute, Duration: 3 * time.Second,
	}}
	missed := again(t, func() (missed []string) {
		reports, err := set.Run(t.Context(), mediaServer(l))
		require.NoError(t, err)
		require.Len(t, reports, 2)
		for _, report := range reports {
			missed = append(missed, load.Judge(report)...)
		}
		return missed
	})
	require.Empty(t, missed)
}
