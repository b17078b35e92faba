package components

import "github.com/gomeet/infra/sizing"

// Host is a name that participants and tools use, below the stack's domain.
type Host struct {
	// Name is relative to the domain.
	Name string
	// Edge is what the name carries.
	Edge sizing.Edge
}

// FQDN returns the full name.
func (h Host) FQDN(domain string) string { return h.Name + "." + domain }

// The first labels of the names: the API, the application's WebSockets, and LiveKit's
// signalling.
const (
	apiHost, webSocketHost, livekitHost = "api", "ws", "rtc"
)

// Hosts returns the names of a site. Every site has names of its own, and the primary
// has the plain ones as well: DigitalOcean's DNS knows neither weights nor health, so
// the API tells each client its site's names, and the plain names move when the order of
// the sites in the configuration does.
func Hosts(site string, primary bool) []Host {
	hosts := []Host{
		{apiHost + "." + site, sizing.EdgeWeb},
		{webSocketHost + "." + site, sizing.EdgeWebSocket},
		{livekitHost + "." + site, sizing.EdgeWebSocket},
	}
	if primary {
		hosts = append(hosts,
			Host{apiHost, sizing.EdgeWeb},
			Host{webSocketHost, sizing.EdgeWebSocket}, Host{livekitHost, sizing.EdgeWebSocket},
		)
	}
	return hosts
}
