package manifests

// The ports of the edge on the nodes, where load balancers reach it: NodePorts from
// Kubernetes' range 30000 to 32767 (kube-apiserver, service-node-port-range). The
// firewalls, the load balancers and the edge's Service all take them from here.
const (
	// EdgeHTTPPort redirects, EdgeHTTPSPort serves everything, EdgeWebSocketPort what
	// upgrades; load balancers speak the PROXY protocol to all three, and to the next.
	EdgeHTTPPort      = 30080
	EdgeHTTPSPort     = 30443
	EdgeWebSocketPort = 30444
	// EdgePingPort is where load balancers check health, at EdgePingPath (Traefik's
	// own default).
	EdgePingPort = 30081
	EdgePingPath = "/ping"
)
