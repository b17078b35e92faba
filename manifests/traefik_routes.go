package manifests

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
)

// TraefikRoute sends what is below a path of a host to a backend.
type TraefikRoute struct {
	// Name names the router and its service in metrics and logs.
	Name string
	// Hosts and Path say what is meant: the path itself and everything below it, on
	// any of the hosts.
	Hosts []string
	Path  string
	// Backend is the URL of the Service.
	Backend string
	// WebSocket says that clients upgrade on this route.
	WebSocket bool
}

// apiServices are the five services of the API (design, section "API Services
// Scaling", "Service Breakdown").
var apiServices = []struct {
	name, path string
	webSocket  bool
}{
	{"authentication", "/v1/auth", false},
	{"meetings", "/v1/meetings", false},
	{"signalling", "/v1/signalling", true},
	{"chat", "/v1/chat", true},
	{"turn", "/v1/turn", false},
}

// EdgeHosts are the names of a site, by what they are for.
type EdgeHosts struct{ API, WebSocket, LiveKit []string }

// HealthPath answers whoever watches a site from outside. The edge sends it to a
// service of the API, so that the answer shows more than the edge.
const HealthPath = "/health"

// ClusterRoutes returns the routes of a site: the API's services by their names in
// apiNamespace, and LiveKit's signalling in mediaNamespace. What upgrades is on the
// names for WebSockets too. Of LiveKit only /rtc is public; its room API (/twirp) is for
// the API's pods.
func ClusterRoutes(hosts EdgeHosts, apiNamespace, mediaNamespace string) []TraefikRoute {
	var routes []TraefikRoute
	for _, s := range apiServices {
		names := hosts.API
		if s.webSocket {
			names = slices.Concat(hosts.API, hosts.WebSocket)
		}
		routes = append(routes, TraefikRoute{
			Name: s.name, Hosts: names, Path: s.path, WebSocket: s.webSocket,
			Backend: clusterURL(s.name, apiNamespace, APIPort),
		})
	}
	return append(routes, TraefikRoute{
		Name: "livekit", Hosts: hosts.LiveKit, Path: "/rtc", WebSocket: true,
		Backend: clusterURL(LiveKitService, mediaNamespace, LiveKitPort),
	}, TraefikRoute{
		Name: "health", Hosts: hosts.API, Path: HealthPath, Backend: clusterURL("authentication", apiNamespace, APIPort),
	}, TraefikRoute{
		Name: "health-websocket", Hosts: hosts.WebSocket, Path: HealthPath, WebSocket: true,
		Backend: clusterURL("signalling", apiNamespace, APIPort),
	})
}

// clusterURL ends the name with a dot: it has fewer dots than a pod's ndots of 5, and
// without the last one each look-up asks for four names that do not exist.
func clusterURL(service, namespace string, port int) string {
	return fmt.Sprintf("http://%s.%s.svc.cluster.local.:%d", service, namespace, port)
}

// Names go into rules between backquotes and into a file that Traefik reads as a
// template, so they may hold nothing that means something there.
var (
	routeName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	routeHost = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
	routePath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)+$`)
)

func (t Traefik) checkRoutes(c *checks) {
	c.that(len(t.Routes) > 0, "routes", len(t.Routes), "at least one")
	names, places := map[string]bool{}, map[string]bool{}
	for i, r := range t.Routes {
		key := fmt.Sprintf("routes[%d].", i)
		c.that(routeName.MatchString(r.Name), key+"name", r.Name, "lower-case letters, digits and hyphens")
		c.that(!names[r.Name], key+"name", r.Name, "unique")
		c.that(len(r.Hosts) > 0, key+"hosts", r.Hosts, "at least one")
		for j, host := range r.Hosts {
			hostKey := fmt.Sprintf("%shosts[%d]", key, j)
			c.that(routeHost.MatchString(host), hostKey, host, "a lower-case DNS name")
			c.that(!places[host+r.Path], hostKey, host, "another host, or another path than "+r.Path)
			places[host+r.Path] = true
		}
		c.that(routePath.MatchString(r.Path), key+"path", r.Path, "a path such as /v1/chat, without a slash at its end")
		backend, err := url.Parse(r.Backend)
		c.that(err == nil && backend.Scheme == "http" && backend.Host != "" && backend.Path == "",
			key+"backend", r.Backend, "http://host:port")
		names[r.Name] = true
	}
}
