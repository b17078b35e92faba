//go:build live

package live_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
)

// client is an address of a participant; each test that spends its rate has its own.
const client = "203.0.113.7"

func TestTraefikRoutes(t *testing.T) {
	e := startEdge(t, edgeConfig(t))
	for _, c := range []struct {
		host, path, backend string
	}{
		{apiHost, "/v1/auth/login", "authentication"},
		{apiHost, "/v1/meetings", "meetings"},
		{apiHost, "/v1/signalling/x", "signalling"},
		{apiHost, "/v1/chat", "chat"},
		{apiHost, "/v1/chatter", ""},
		{apiHost, "/v1/turn/credentials", "turn"},
		{apiHost, "/rtc", ""},
		{apiHost, "/", ""},
		{liveKitHost, "/rtc", "livekit"},
		{liveKitHost, "/rtc/v1/validate", "livekit"},
		// LiveKit's room API is not for the internet.
		{liveKitHost, "/twirp/livekit.RoomService/ListRooms", ""},
		{"other.example", "/v1/chat", ""},
	} {
		t.Run(c.host+c.path, func(t *testing.T) {
			e.request(t, e.Ports.WebSecure, client, newRequest(t, c.host, c.path), 1, func(response *http.Response) {
				if c.backend == "" {
					require.Equal(t, http.StatusNotFound, response.StatusCode)
					return
				}
				var s seen
				require.NoError(t, json.NewDecoder(response.Body).Decode(&s))
				require.Equal(t, c.backend, s.Backend)
				require.Equal(t, c.path, s.Path)
			})
		})
	}
}

func TestTraefik(t *testing.T) {
	e := startEdge(t, edgeConfig(t))
	t.Run("redirects http to https", func(t *testing.T) {
		request, err := http.NewRequest(http.MethodGet, "http://"+live.Address(e.Ports.Web)+"/v1/chat?room=1", nil)
		require.NoError(t, err)
		request.Host = apiHost
		response, err := http.DefaultTransport.RoundTrip(request)
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, http.StatusMovedPermanently, response.StatusCode)
		require.Equal(t, "https://api.gomeet.example/v1/chat?room=1", response.Header.Get("Location"))
	})
	t.Run("adds security headers and hides the backend", func(t *testing.T) {
		e.request(t, e.Ports.WebSecure, client, newRequest(t, apiHost, "/v1/meetings"), 1, func(response *http.Response) {
			require.Equal(t, "max-age=31536000; includeSubDomains", response.Header.Get("Strict-Transport-Security"))
			require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
			require.Equal(t, "DENY", response.Header.Get("X-Frame-Options"))
			require.Equal(t, "no-referrer", response.Header.Get("Referrer-Policy"))
			require.Equal(t, "default-src 'none'; frame-ancestors 'none'", response.Header.Get("Content-Security-Policy"))
			require.NotContains(t, response.Header, "X-Powered-By")
		})
	})
	t.Run("tells the backend the client of the PROXY protocol, not of a header", func(t *testing.T) {
		request := newRequest(t, apiHost, "/v1/meetings")
		request.Header.Set("X-Forwarded-For", "198.51.100.1")
		request.Header.Set("X-Real-Ip", "198.51.100.1")
		request.Header["X_User_Id"] = []string{"somebody-else"}
		e.request(t, e.Ports.WebSecure, client, request, 1, func(response *http.Response) {
			var s seen
			require.NoError(t, json.NewDecoder(response.Body).Decode(&s))
			require.Equal(t, seen{"meetings", "/v1/meetings", client, client, "https", nil}, s)
		})
	})
	t.Run("upgrades to WebSocket", func(t *testing.T) {
		for name, port := range map[string]int{"websecure": e.Ports.WebSecure, "websocket": e.Ports.WebSocket} {
			t.Run(name, func(t *testing.T) { e.chat(t, port) })
		}
	})
	t.Run("serves only WebSocket routes on websocket", func(t *testing.T) {
		e.request(t, e.Ports.WebSocket, client, newRequest(t, apiHost, "/v1/meetings"), 1, func(response *http.Response) {
			require.Equal(t, http.StatusNotFound, response.StatusCode)
		})
	})
	t.Run("answers pings", func(t *testing.T) {
		_, err := live.Get(fmt.Sprintf("http://%s/ping", live.Address(e.Ports.Ping)))
		require.NoError(t, err)
	})
	t.Run("answers the load balancer's pings", func(t *testing.T) {
		// The second is what HAProxy writes of a check, which is of no client.
		for _, header := range []string{"PROXY TCP4 10.10.0.2 10.10.0.3 40000 9000\r\n", "PROXY UNKNOWN\r\n"} {
			conn, err := net.Dial("tcp", live.Address(e.Ports.Ping))
			require.NoError(t, err)
			_, err = fmt.Fprintf(conn, "%sGET /ping HTTP/1.0\r\n\r\n", header)
			require.NoError(t, err)
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, response.StatusCode, header)
			require.NoError(t, response.Body.Close())
			require.NoError(t, conn.Close())
		}
	})
	t.Run("logs no token", func(t *testing.T) {
		e.Until("logging the upgrade above", func() error {
			if !strings.Contains(e.Log(), `"RequestPath":"/v1/chat/room"`) {
				return fmt.Errorf("not in the access log yet")
			}
			return nil
		})
		require.NotContains(t, e.Log(), "token-of-a-participant")
	})
	t.Run("counts requests by router", func(t *testing.T) {
		metrics, err := live.Get(fmt.Sprintf("http://%s/metrics", live.Address(e.Ports.Metrics)))
		require.NoError(t, err)
		require.Contains(t, metrics, `traefik_router_requests_total{code="200",method="GET",protocol="http",router="meetings@file"`)
	})
	t.Run("reports no error", func(t *testing.T) {
		require.NotContains(t, e.Log(), `"level":"error"`)
		require.NotContains(t, e.Log(), "aliasHeadersStrategy is not configured")
	})
}

// chat upgrades, and checks that bytes come back over the connection.
func (e *edge) chat(t *testing.T, port int) {
	t.Helper()
	conn, err := e.dial(port, client)
	require.NoError(t, err)
	socket := live.Upgrade(t, conn, apiHost, "/v1/chat/room?access_token=token-of-a-participant")
	line, err := socket.Reader.ReadBytes('\n')
	require.NoError(t, err)
	var s seen
	require.NoError(t, json.Unmarshal(line, &s))
	require.Equal(t, seen{"chat", "/v1/chat/room", client, client, "https", nil}, s)
	_, err = fmt.Fprintln(socket, "hello")
	require.NoError(t, err)
	back, err := socket.Reader.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "hello\n", back)
	require.NoError(t, socket.Close())
}
