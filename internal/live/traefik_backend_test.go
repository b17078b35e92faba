//go:build live

package live_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gomeet/infra/internal/live"
)

// seen is what a backend saw of a request.
type seen struct {
	Backend, Path, ForwardedFor, RealIP, Proto string
	// Alias is a header that some servers read as X-User-Id.
	Alias []string
}

// backend starts a server that answers with what it saw, and that echoes on upgrade.
func backend(t *testing.T, name string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := seen{name, r.URL.Path, r.Header.Get("X-Forwarded-For"), r.Header.Get("X-Real-Ip"), r.Header.Get("X-Forwarded-Proto"),
			r.Header["X_user_id"]}
		w.Header().Set("X-Powered-By", "a test")
		if r.Header.Get("Upgrade") == "websocket" {
			echo(w, s)
			return
		}
		_ = json.NewEncoder(w).Encode(s)
	}))
	t.Cleanup(server.CloseClientConnections)
	return server.URL
}

// echo upgrades, says what was seen on the first line, and sends everything back.
func echo(w http.ResponseWriter, s seen) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	line, _ := json.Marshal(s)
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n%s\n", live.WebSocketAccept, line)
	_, _ = io.Copy(conn, buffered)
}
