package live

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"
)

// WebSocket is the client's end of an upgraded connection, without framing: what is
// tested is that the upgrade arrives and bytes flow.
type WebSocket struct {
	net.Conn
	// Reader has what the server sent.
	Reader *bufio.Reader
	// Response is the answer to the upgrade.
	Response *http.Response
}

// webSocketKey and webSocketAccept are a key and its answer (RFC 6455, section 1.3).
const (
	webSocketKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	WebSocketAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// Upgrade asks for a WebSocket on a connection. It fails the test on any answer but
// "101 Switching Protocols".
func Upgrade(t *testing.T, conn net.Conn, host, target string) *WebSocket {
	t.Helper()
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatalf("upgrading %s: %v", target, err)
	}
	_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", target, host, webSocketKey)
	if err != nil {
		t.Fatalf("upgrading %s: %v", target, err)
	}
	w := &WebSocket{Conn: conn, Reader: bufio.NewReader(conn)}
	if w.Response, err = http.ReadResponse(w.Reader, nil); err != nil {
		t.Fatalf("upgrading %s: %v", target, err)
	}
	if w.Response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrading %s: %s", target, w.Response.Status)
	}
	if accept := w.Response.Header.Get("Sec-WebSocket-Accept"); accept != WebSocketAccept {
		t.Fatalf("upgrading %s: Sec-WebSocket-Accept is %q, not %q", target, accept, WebSocketAccept)
	}
	return w
}
