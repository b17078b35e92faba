package manifests

// The ports that cross from the cloud into the clusters: load balancers, firewalls and
// daemons all take them from here.
const (
	// EdgeHTTPPort, EdgeHTTPSPort and EdgePingPort are the NodePorts of the edge, from
	// Kubernetes' range 30000 to 32767 (kube-apiserver --service-node-port-range). The
	// load balancers speak the PROXY protocol to the first two and check health on the
	// third.
	EdgeHTTPPort  = 30080
	EdgeHTTPSPort = 30443
	EdgePingPort  = 30081
	// EdgePingPath is where Traefik answers health checks (its ping endpoint's default).
	EdgePingPath = "/ping"

	// MediaUDPFirst to MediaUDPLast carry media over UDP, MediaTCPPort over TCP, and
	// TURNUDPPort relays it (livekit config-sample.yaml: rtc.port_range_start and
	// port_range_end, rtc.tcp_port, turn.udp_port).
	MediaUDPFirst = 50000
	MediaUDPLast  = 60000
	MediaTCPPort  = 7881
	TURNUDPPort   = 3478
)
