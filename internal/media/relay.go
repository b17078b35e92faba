package media

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// relay stands between the SDK and the server's signalling: the SDK has no option for the
// way to the server, for authorities, or for the transports it may use. It listens on this
// machine only.
type relay struct {
	server   *http.Server
	listener net.Listener
	target   *url.URL
	dialer   websocket.Dialer
	proxy    *httputil.ReverseProxy
	// bridge is there when media go over TCP.
	bridge *bridge
}

// closeFrameTime bounds how long the end of one side may take to reach the other.
const closeFrameTime = time.Second

func newRelay(server Server, transport Transport) (*relay, error) {
	target, err := url.Parse(server.URL)
	if err != nil || target.Host == "" {
		return nil, fmt.Errorf("the signalling URL is %q, want one such as wss://rtc.gomeet.example", server.URL)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening a port for the signalling's relay: %w", err)
	}
	r := &relay{
		listener: listener, target: target,
		dialer: websocket.Dialer{NetDialContext: server.Via.Dialer(), TLSClientConfig: server.Via.TLS},
	}
	if transport == TCP {
		r.bridge = newBridge(server.Via)
	}
	plain := *target
	plain.Scheme = strings.Replace(target.Scheme, "ws", "http", 1)
	r.proxy = &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&plain)
			p.Out.Host = plain.Host
		},
		Transport: server.Via.HTTP().Transport,
		// Failures are the SDK's to report.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }()
	return r, nil
}

func (r *relay) url(scheme string) string { return scheme + "://" + r.listener.Addr().String() }

func (r *relay) close() {
	_ = r.server.Close()
	if r.bridge != nil {
		r.bridge.close()
	}
}

// ServeHTTP relays a WebSocket message by message, and anything else as it is.
func (r *relay) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if !websocket.IsWebSocketUpgrade(request) {
		r.proxy.ServeHTTP(w, request)
		return
	}
	address := *r.target
	address.Scheme = strings.Replace(r.target.Scheme, "http", "ws", 1)
	address.Path = strings.TrimSuffix(address.Path, "/") + request.URL.Path
	address.RawQuery = request.URL.RawQuery
	header := http.Header{}
	if token := request.Header.Get("Authorization"); token != "" {
		header.Set("Authorization", token)
	}
	server, response, err := r.dialer.DialContext(request.Context(), address.String(), header)
	if err != nil {
		status := http.StatusBadGateway
		if response != nil {
			status = response.StatusCode
		}
		// The address has the token in its query, so it is not part of the answer.
		http.Error(w, fmt.Sprintf("%s did not take the WebSocket: %v", r.target.Host, err), status)
		return
	}
	defer server.Close()
	client, err := (&websocket.Upgrader{}).Upgrade(w, request, nil)
	if err != nil {
		return // Upgrade has answered.
	}
	defer client.Close()
	done := make(chan struct{}, 2)
	pass := func(from, to *websocket.Conn, filter func([]byte) ([]byte, bool)) {
		defer func() { done <- struct{}{} }()
		for {
			kind, message, err := from.ReadMessage()
			if err != nil {
				_ = to.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(closeFrameTime))
				return
			}
			if kind == websocket.BinaryMessage {
				var keep bool
				if message, keep = filter(message); !keep {
					continue
				}
			}
			if err := to.WriteMessage(kind, message); err != nil {
				return
			}
		}
	}
	go pass(client, server, r.fromClient)
	go pass(server, client, r.fromServer)
	<-done
}
