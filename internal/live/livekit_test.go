//go:build live

package live_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/manifests"
)

// Two regions, and TURN over TLS behind a load balancer that ends TLS.
func TestLiveKitInRegions(t *testing.T) {
	redis := live.StartRedis(t)
	l := liveKitConfig(t, redis)
	l.NodeSelector = manifests.LiveKitNodeSelector{
		Kind: "regionaware", SortBy: "rooms", Algorithm: "twochoice", SysloadLimit: 0.7,
		Regions: []manifests.LiveKitRegion{{Name: "sgp1", Lat: 1.35, Lon: 103.82}, {Name: "blr1", Lat: 12.97, Lon: 77.59}},
	}
	l.TURN.Domain, l.TURN.TLSPort, l.TURN.ExternalTLS = "turn.gomeet.example", live.Ports(t, 1)[0], true
	l.TURN.ProxyProtocol, l.TURN.ProxyProtocolTrustedCIDRs = true, []string{"127.0.0.0/8"}
	server := startLiveKit(t, redis, render(t, l))
	untilHealthy(server, l)
	require.Contains(t, server.Log(), fmt.Sprintf(`"turn.portTLS":%d,"turn.externalTLS":true,"turn.proxyProtocol":true`, l.TURN.TLSPort))
	require.Contains(t, server.Log(), `"turn.relay_range_start":20000,"turn.relay_range_end":29999`)
}

func TestLiveKit(t *testing.T) {
	l, server := startedLiveKit(t)
	t.Run("takes the room's settings", func(t *testing.T) {
		room := createRoom(t, l.Port, "standup")
		require.EqualValues(t, 500, room.MaxParticipants)
		require.EqualValues(t, 300, room.EmptyTimeout)
		require.EqualValues(t, 20, room.DepartureTimeout)
	})
	t.Run("serves metrics on their own port", func(t *testing.T) {
		metrics, err := live.Get(fmt.Sprintf("http://%s/metrics", live.Address(l.Prometheus.Port)))
		require.NoError(t, err)
		require.Contains(t, metrics, "livekit_room_total")
		_, err = live.Get(fmt.Sprintf("http://%s/metrics", live.Address(l.Port)))
		require.ErrorContains(t, err, "404")
	})
	t.Run("logs JSON and no secret", func(t *testing.T) {
		require.Contains(t, server.Log(), `{"level":"info"`)
		require.NotContains(t, server.Log(), liveKitSecret)
		require.NotContains(t, server.Log(), "of-a-test-only")
	})
	t.Run("shares the media ports", func(t *testing.T) {
		require.Contains(t, server.Log(), fmt.Sprintf(`"rtc.portUDP":{"Start":%d,"End":%d}`, l.RTC.UDPPort.First, l.RTC.UDPPort.Last))
	})
}

// A node that is told to stop keeps its meetings, takes no new ones, and ends with
// the last participant.
func TestLiveKitDrains(t *testing.T) {
	l, server := startedLiveKit(t)
	conn, err := net.Dial("tcp", live.Address(l.Port))
	require.NoError(t, err)
	token := liveKitToken(t, map[string]any{"roomJoin": true, "room": "standup"})
	participant := live.Upgrade(t, conn, live.Address(l.Port), "/rtc?protocol=15&access_token="+token)
	_, err = participant.Reader.Peek(1)
	require.NoError(t, err, "LiveKit answers a participant that joined")

	server.Signal(syscall.SIGTERM)
	server.Until("draining", func() error {
		// Another name each time: a room that exists is always found.
		if status, body := postRoom(t, l.Port, fmt.Sprint(time.Now().UnixNano())); status == http.StatusOK {
			return fmt.Errorf("it still makes rooms: %s", body)
		}
		return nil
	})
	require.True(t, server.Running(), "a meeting is still on")

	require.NoError(t, participant.Close())
	require.NoError(t, server.Ended())
}

func TestLiveKitRefuses(t *testing.T) {
	redis := live.StartRedis(t)
	l := liveKitConfig(t, redis)
	t.Run("a key it does not know", func(t *testing.T) {
		server := startLiveKit(t, redis, render(t, l)+"prometheus_ports: 6789\n")
		require.Contains(t, server.Refused(), "field prometheus_ports not found")
	})
	t.Run("a key file that others may read", func(t *testing.T) {
		require.NoError(t, os.Chmod(l.KeyFile, 0o644))
		server := startLiveKit(t, redis, render(t, l))
		require.Contains(t, server.Refused(), "key file others permissions must be set to 0")
	})
	t.Run("a Redis whose certificate it does not trust", func(t *testing.T) {
		l := liveKitConfig(t, redis)
		l.Redis.TLS = &manifests.LiveKitRedisTLS{Enabled: true, CACertFile: filepath.Join(live.Certificate(t), "tls.crt")}
		server := startLiveKit(t, redis, render(t, l))
		require.Contains(t, server.Refused(), "x509")
	})
}
