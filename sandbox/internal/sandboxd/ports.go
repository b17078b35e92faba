package sandboxd

import (
	"context"
	"fmt"
	"net"
	"strconv"
)

// Ports are the loopback ports of the sandbox.
type Ports struct {
	// API serves DigitalOcean's API, Spaces the buckets and Provider the stand-in
	// provider's gRPC.
	API      int `json:"api"`
	Spaces   int `json:"spaces"`
	Provider int `json:"provider"`
}

// DefaultPorts are used unless others are asked for; they are unassigned in IANA's
// registry and easy to remember.
var DefaultPorts = Ports{API: 8730, Spaces: 8731, Provider: 8732}

// APIURL is the address of the DigitalOcean API.
func (p Ports) APIURL() string { return "http://" + loopback(p.API) }

// SpacesURL is the address of the buckets for clients that put the bucket's name
// into the path.
func (p Ports) SpacesURL() string { return "http://" + loopback(p.Spaces) }

// spacesTemplate is the address of the buckets for the Terraform provider, in which
// it puts the region, and in front of which it puts the bucket's name. Below
// .localhost every name is this machine (RFC 6761, section 6.3).
func (p Ports) spacesTemplate() string {
	return fmt.Sprintf("http://{{.Region}}.localhost:%d", p.Spaces)
}

// NamesResolve reports whether this machine's resolver knows the names below
// .localhost; some do not.
func NamesResolve(ctx context.Context) bool {
	_, err := net.DefaultResolver.LookupHost(ctx, "bucket.sgp1.localhost")
	return err == nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// listeners are the sandbox's three open ports.
type listeners struct{ api, spaces, provider net.Listener }

// listen opens all ports or none.
func listen(ports Ports) (*listeners, error) {
	l := &listeners{}
	for _, p := range []struct {
		flag string
		port int
		into *net.Listener
	}{
		{"--api-port", ports.API, &l.api},
		{"--spaces-port", ports.Spaces, &l.spaces},
		{"--provider-port", ports.Provider, &l.provider},
	} {
		listener, err := net.Listen("tcp", loopback(p.port))
		if err != nil {
			l.close()
			return nil, fmt.Errorf("port %d is taken (%w); see who has it with \"lsof -i :%d\", "+
				"or choose another one with \"gomeet-sandbox start %s PORT\"", p.port, err, p.port, p.flag)
		}
		*p.into = listener
	}
	return l, nil
}

func (l *listeners) close() {
	for _, listener := range []net.Listener{l.api, l.spaces, l.provider} {
		if listener != nil {
			_ = listener.Close()
		}
	}
}
