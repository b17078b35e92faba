package media

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

// Via is how a server is reached. The zero value is by DNS and the system's authorities.
type Via struct {
	// Dial connects to an address; nil is net.Dialer's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS holds the authorities to trust; nil are the system's.
	TLS *tls.Config
}

// Dialer is Dial, or net.Dialer's.
func (v Via) Dialer() func(ctx context.Context, network, address string) (net.Conn, error) {
	if v.Dial != nil {
		return v.Dial
	}
	return (&net.Dialer{}).DialContext
}

// HTTP returns a client that goes this way. It follows no redirect. Its TLS is a copy, as the
// client offers HTTP/2 in it, which no WebSocket may.
func (v Via) HTTP() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: v.Dialer(), TLSClientConfig: v.TLS.Clone(), ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
