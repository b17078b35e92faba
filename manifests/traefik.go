package manifests

import "time"

// Where Traefik finds its configuration and its certificate.
const (
	// TraefikStaticFile is the name of the static configuration, for --configFile.
	TraefikStaticFile = "traefik.yaml"
	// TraefikDynamicFile is the name of the dynamic configuration, and
	// TraefikDynamicDir the directory it is mounted in, alone.
	TraefikDynamicFile = "dynamic.yaml"
	TraefikDynamicDir  = "/etc/traefik/dynamic"
	// TraefikCertificateDir is where the Secret of type kubernetes.io/tls is mounted.
	TraefikCertificateDir = "/run/secrets/traefik"
)

// Traefik is the configuration of the edge of one site. Renders of it hold no
// secret.
//
// A DigitalOcean load balancer is in front: it ends public TLS with a managed
// certificate, adds a PROXY protocol header, and connects to WebSecure with TLS
// again. It does not check Traefik's certificate, which is therefore self-signed and
// has nothing to renew at an authority.
//
// The dynamic configuration is a file, and the only provider. The edge is the one
// program that everybody on the internet reaches: with a file it needs no token for
// the Kubernetes API, where the other providers need to list Services, Secrets and
// EndpointSlices of every namespace, and it needs no custom resources, whose
// Gateway API kinds DOKS owns itself. Backends are Services by their cluster DNS
// names, so Kubernetes picks the pod. What that costs is balancing by connection
// instead of by request, which is the same thing for WebSockets.
type Traefik struct {
	// Ports are what the entry points listen on.
	Ports TraefikPorts
	// Listen is the address they listen on; empty is all.
	Listen string
	// TrustedRanges are the ranges the load balancer connects from, in CIDR notation:
	// the VPC. A PROXY protocol header of anyone else is ignored.
	TrustedRanges []string
	// Timeouts of the load balancer's side and of the backends' side.
	Timeouts TraefikTimeouts
	// RateLimit is what one client address may send.
	RateLimit TraefikRateLimit
	// Routes are what the edge serves; everything else is 404.
	Routes []TraefikRoute
	// DynamicDir and CertificateDir are TraefikDynamicDir and TraefikCertificateDir.
	DynamicDir, CertificateDir string
}

// TraefikPorts are the ports of the entry points in the pod, all above 1023: Traefik
// runs as a user without privileges.
type TraefikPorts struct {
	// Web only redirects to https, and WebSecure serves everything.
	Web, WebSecure int
	// WebSocket serves only the routes that upgrade, for a load balancer that keeps
	// WebSockets apart, as in the design. They are on WebSecure as well.
	WebSocket int
	// Metrics serves Prometheus at /metrics, Ping answers the load balancer's health
	// checks at /ping. All but Metrics read the PROXY protocol.
	Metrics, Ping int
}

// TraefikTimeouts bound how long the edge waits.
type TraefikTimeouts struct {
	// Read is for reading a request, Idle for a kept connection of the load balancer.
	Read, Idle time.Duration
	// Accept is how long a stopping pod still takes new requests while the load
	// balancer learns of it; Grace how long open ones may go on after that.
	Accept, Grace time.Duration
	// Dial and ResponseHeader are for the backends.
	Dial, ResponseHeader time.Duration
}

// TraefikRateLimit is a token bucket per client address, and per Traefik pod.
type TraefikRateLimit struct {
	// Average is requests per second, and Burst the requests at once above it.
	Average, Burst int
}

// traefikIdleConnsPerHost is the connections kept to one backend (design, section
// "Network Requirements", Traefik configuration).
const traefikIdleConnsPerHost = 1_000

// NewTraefik returns the edge of a site behind a load balancer in trusted ranges,
// with the ports and times this package states, for rooms of so many participants.
func NewTraefik(trusted []string, participants int, routes []TraefikRoute) Traefik {
	return Traefik{
		// 8000 and 8443 as in Traefik's own chart; 8080 is the design's WebSocket port.
		Ports:         TraefikPorts{Web: 8000, WebSecure: 8443, WebSocket: 8080, Metrics: 9100, Ping: 9000},
		TrustedRanges: trusted,
		Timeouts: TraefikTimeouts{
			// Traefik's defaults. Idle must be longer than the load balancer's 60 s: who
			// closes a kept connection first must not be the side that gets requests.
			Read: 60 * time.Second, Idle: 180 * time.Second,
			// The load balancer gives up on a pod after 3 checks, each 3 s after the last
			// and 5 s until it fails (annotations of DigitalOcean's cloud controller).
			// Grace is for requests; WebSockets outlive any grace and are closed.
			Accept: 30 * time.Second, Grace: 30 * time.Second,
			// The design's own.
			Dial: 5 * time.Second, ResponseHeader: 10 * time.Second,
		},
		// An office is one address: a full meeting of it signs in at once, with about
		// four requests each. The average lets it do so again after 20 s.
		RateLimit:      TraefikRateLimit{Average: max(1, 4*participants/20), Burst: max(1, 4*participants)},
		Routes:         routes,
		DynamicDir:     TraefikDynamicDir,
		CertificateDir: TraefikCertificateDir,
	}
}

// DrainSeconds is how long a pod takes to stop, with a margin of 5 s; the pod's
// grace period must not be shorter.
func (t Traefik) DrainSeconds() int {
	return int((t.Timeouts.Accept + t.Timeouts.Grace + 5*time.Second) / time.Second)
}
