package verify

import (
	"context"
	"net"
	"strings"
)

// Redirect returns a way to connect that goes to other addresses: of "host:port", or of
// "host" on all ports. An address without a port keeps the port.
func Redirect(addresses map[string]string) func(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		to, ok := addresses[address]
		if !ok {
			to, ok = addresses[host]
		}
		if !ok {
			return dialer.DialContext(ctx, network, address)
		}
		if _, _, err := net.SplitHostPort(to); err != nil {
			to = net.JoinHostPort(strings.Trim(to, "[]"), port)
		}
		return dialer.DialContext(ctx, network, to)
	}
}

// Redirected says whether a host is reached at another address.
func Redirected(addresses map[string]string, host string) bool {
	for from := range addresses {
		if name, _, _ := strings.Cut(from, ":"); name == host {
			return true
		}
	}
	return false
}
