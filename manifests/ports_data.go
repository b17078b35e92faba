package manifests

// Ports at which the primary site's databases are reached from other sites: a load
// balancer with a private address forwards each to the NodePort beside it.
const (
	// RedisNodePort is that of the first Redis server; the others follow it. At the load
	// balancer the first has RedisPort.
	RedisNodePort = 30390
	// RedisNodePorts is how many are set aside: a cluster of ten masters with replicas.
	RedisNodePorts = 20
	// PostgresNodePort is that of PostgreSQL's primary.
	PostgresNodePort = 30432
	// NodeHealthPort and NodeHealthPath say whether a node forwards NodePorts
	// (Kubernetes, kube-proxy, healthz-bind-address).
	NodeHealthPort = 10256
	NodeHealthPath = "/healthz"
)
