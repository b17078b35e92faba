package components

import "github.com/gomeet/infra/sizing"

// Host is a name that participants and tools use, below the stack's domain.
type Host struct {
	// Name is relative to the domain.
	Name string
	// Purpose is what the name is for, and Edge what carries it.
	Purpose Purpose
	Edge    sizing.Edge
}

// Purpose is what a host is for.
type Purpose string

// The purposes: the API, the application's WebSockets, and LiveKit's signalling. Each is
// the first label of its hosts.
const (
	PurposeAPI       Purpose = "api"
	PurposeWebSocket Purpose = "ws"
	PurposeLiveKit   Purpose = "rtc"
)

// FQDN returns the full name.
func (h Host) FQDN(domain string) string { return h.Name + "." + domain }

// Hosts returns the names of a site. Every site has names of its own, and the primary
// has the plain ones as well: DigitalOcean's DNS knows neither weights nor health, so
// the API tells each client its site's names, and the plain names move when the order of
// the sites in the configuration does.
func Hosts(site string, primary bool) []Host {
	var hosts []Host
	suffixes := []string{"." + site}
	if primary {
		suffixes = append(suffixes, "")
	}
	for _, suffix := range suffixes {
		hosts = append(hosts,
			Host{string(PurposeAPI) + suffix, PurposeAPI, sizing.EdgeWeb},
			Host{string(PurposeWebSocket) + suffix, PurposeWebSocket, sizing.EdgeWebSocket},
			Host{string(PurposeLiveKit) + suffix, PurposeLiveKit, sizing.EdgeWebSocket},
		)
	}
	return hosts
}
