//go:build live

package live_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/live/metrics"
	"github.com/gomeet/infra/internal/media"
)

// The lists that rules and dashboards are held to are what the daemons of these versions
// serve while people meet, once somebody has joined through the edge.
func TestListsOfMetricsAreTrue(t *testing.T) {
	l, _ := startedLiveKit(t)
	config := edgeConfig(t)
	for i := range config.Routes {
		if config.Routes[i].Name == "livekit" {
			config.Routes[i].Backend = "http://" + live.Address(l.Port)
		}
	}
	e := startEdge(t, config)
	conn, err := e.dial(e.Ports.WebSecure, client)
	require.NoError(t, err)
	token := liveKitToken(t, map[string]any{"roomJoin": true, "room": "standup"})
	participant := live.Upgrade(t, conn, liveKitHost, "/rtc?protocol=15&access_token="+token)
	_, err = participant.Reader.Peek(1)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	e.request(t, e.Ports.WebSecure, client, newRequest(t, apiHost, "/v1/turn"), 1, func(r *http.Response) { require.Equal(t, http.StatusOK, r.StatusCode) })
	scrape, err := live.Get("http://" + live.Address(e.Ports.Metrics) + "/metrics")
	require.NoError(t, err)
	metrics.Compare(t, "traefik", scrape)

	// LiveKit looks at round trips and loss every five seconds of media.
	meeting := media.Meeting{
		Participants: 3, Publishers: 1, BitsPerSecond: 300_000, Transport: media.Transports[0], JoinTime: time.Minute, Duration: 15 * time.Second,
	}
	_, err = meeting.Hold(t.Context(), mediaServer(l), func(context.Context) error {
		time.Sleep(12 * time.Second)
		scrape, err = live.Get("http://" + live.Address(l.Prometheus.Port) + "/metrics")
		return err
	})
	require.NoError(t, err)
	metrics.Compare(t, "livekit", scrape)
}
