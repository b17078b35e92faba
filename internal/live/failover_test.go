//go:build live

package live_test

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/manifests"
)

// node is one of several LiveKits that share a Redis.
type node struct {
	*live.Process
	manifests.LiveKit
}

// site is two media nodes behind one Service, which is all that the edge knows of them.
type site struct {
	redis   *live.Redis
	nodes   []*node
	service *live.Service
}

// endpointTime is how long a Service still sends connections to a server that has died:
// kubelet sees its container end, and the EndpointSlice follows.
const endpointTime = time.Second

// promised is what an interruption is to be less than: LiveKit's constants make 10 to 30 s
// likely.
const promised = 30 * time.Second

// afterwards is how long is measured once the room has moved: longer than LiveKit's own
// timeouts, so that the last participant is back.
const afterwards = 30 * time.Second

func startSite(t *testing.T) *site {
	t.Helper()
	s := &site{redis: live.StartRedis(t)}
	for range 2 {
		l := liveKitConfig(t, s.redis)
		n := &node{startLiveKit(t, s.redis, render(t, l)), l}
		untilHealthy(n.Process, l)
		s.nodes = append(s.nodes, n)
	}
	s.service = live.StartService(t, s.nodes[0].Port, s.nodes[1].Port)
	return s
}

// server is the site as the edge reaches it.
func (s *site) server() media.Server {
	return media.Server{URL: "ws://" + live.Address(s.service.Port), Key: liveKitKey, Secret: liveKitSecret}
}

// hosts reports whether the node has a room.
func (n *node) hosts() error {
	metrics, err := live.Get("http://" + live.Address(n.Prometheus.Port) + "/metrics")
	if err != nil {
		return err
	}
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, "livekit_room_total{") && !strings.HasSuffix(line, " 0\n") {
			return nil
		}
	}
	return fmt.Errorf("it has no room")
}

// host returns the node that has the room, and the other one.
func (s *site) host() (host, other *node) {
	if s.nodes[0].hosts() == nil {
		return s.nodes[0], s.nodes[1]
	}
	return s.nodes[1], s.nodes[0]
}

// A media node is lost in the middle of a meeting. Everybody comes back by themselves, to the
// room on the other node, and sees every video again; how long nothing was seen is what
// docs/recovery.md states.
func TestRoomMovesToTheOtherNode(t *testing.T) {
	for _, c := range []struct {
		name string
		// signal is what the node gets; one that is frozen answers nothing and closes nothing.
		signal syscall.Signal
	}{{"killed", syscall.SIGKILL}, {"frozen", syscall.SIGSTOP}} {
		t.Run(c.name, func(t *testing.T) {
			s := startSite(t)
			meeting := media.Meeting{
				Participants: 6, Publishers: 2, BitsPerSecond: 300_000, Transport: media.UDP,
				JoinTime: time.Minute, Duration: afterwards,
			}
			report, err := meeting.Hold(t.Context(), s.server(), func(context.Context) error {
				lost, other := s.host()
				lost.Signal(c.signal)
				time.AfterFunc(endpointTime, func() { s.service.Remove(lost.Port) })
				began := time.Now()
				other.Until("hosting the room", other.hosts)
				t.Logf("%s: the other node has the room after %s", c.name, time.Since(began).Round(100*time.Millisecond))
				return nil
			})
			require.NoError(t, err)
			t.Logf("%s: nothing seen for %s (median), %s (longest); %d reconnections, %d of %d tracks, left %v", c.name,
				report.Interruption.Median, report.Interruption.Max, report.Reconnected, report.TracksSeen, report.TracksExpected, report.Left)
			require.Equal(t, meeting.Participants, report.Participants, "back in the room; gone: %v", report.Left)
			require.Equal(t, report.TracksExpected, report.TracksSeen)
			require.Less(t, report.Interruption.Max, promised)
		})
	}
}
