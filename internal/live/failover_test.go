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

// A media node is killed in the middle of a meeting. Everybody comes back by themselves, to
// the room on the other node; how long nothing was seen is what docs/recovery.md states.
func TestRoomMovesToTheOtherNode(t *testing.T) {
	for _, c := range []struct {
		name string
		// lose ends the node; a node that is frozen answers nothing and closes nothing.
		signal syscall.Signal
	}{{"killed", syscall.SIGKILL}, {"frozen", syscall.SIGSTOP}} {
		t.Run(c.name, func(t *testing.T) {
			s := startSite(t)
			var lost, other *node
			meeting := media.Meeting{
				Participants: 6, Publishers: 2, BitsPerSecond: 300_000, Transport: media.UDP,
				JoinTime: time.Minute, Duration: 60 * time.Second,
			}
			report, err := meeting.Hold(t.Context(), s.server(), func(context.Context) error {
				time.Sleep(2 * time.Second)
				lost, other = s.host()
				lost.Signal(c.signal)
				time.AfterFunc(endpointTime, func() { s.service.Remove(lost.Port) })
				return nil
			})
			require.NoError(t, err)
			require.NoError(t, other.hosts(), "the other node")
			t.Logf("%s: nothing seen for %s (median), %s (longest); %d reconnections, %d of %d tracks, left %v", c.name,
				report.Interruption.Median, report.Interruption.Max, report.Reconnected, report.TracksSeen, report.TracksExpected, report.Left)
			require.Equal(t, meeting.Participants, report.Participants, "back in the room; gone: %v", report.Left)
			require.Equal(t, report.TracksExpected, report.TracksSeen)
		})
	}
}
