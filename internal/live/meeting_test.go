//go:build live

package live_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
)

// A participant reaches a meeting: through the edge as the load balancer would
// connect, to LiveKit, which keeps the room in Redis.
func TestParticipantJoinsThroughTheEdge(t *testing.T) {
	l, server := startedLiveKit(t)
	config := edgeConfig(t)
	for i := range config.Routes {
		if config.Routes[i].Name == "livekit" {
			config.Routes[i].Backend = "http://" + live.Address(l.Port)
		}
	}
	e := startEdge(t, config)
	token := liveKitToken(t, map[string]any{"roomJoin": true, "room": "standup"})

	validate := newRequest(t, liveKitHost, "/rtc/validate?access_token="+token)
	e.request(t, e.Ports.WebSecure, client, validate, 1, func(response *http.Response) {
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, response.StatusCode, string(body))
	})

	conn, err := e.dial(e.Ports.WebSecure, client)
	require.NoError(t, err)
	participant := live.Upgrade(t, conn, liveKitHost, "/rtc?protocol=15&access_token="+token)
	_, err = participant.Reader.Peek(1)
	require.NoError(t, err, "LiveKit answers a participant that joined")
	require.Contains(t, server.Log(), `"room":"standup"`)
	require.NotContains(t, e.Log(), token)
}
