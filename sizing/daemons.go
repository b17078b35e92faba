package sizing

// Limits and sizes of the daemons, all from the design document's own limits or the
// documents named.
const (
	// WebSocketsPerAPIInstance is the design's limit of one API instance (section
	// "API Services Scaling").
	WebSocketsPerAPIInstance = 2_000
	// WebSocketsPerAPIInstanceTarget is the load the API's autoscaler steers to, the
	// design's HPA averageValue.
	WebSocketsPerAPIInstanceTarget = 1_500
	// APICPUTargetPercent and SFUCPUTargetPercent are the design's HPA targets; the SFU's
	// may be lower, see sfuCPUPercent.
	APICPUTargetPercent = 60
	SFUCPUTargetPercent = 70
	// The SFU's autoscaler takes steps of so many nodes, at each site, per period, after
	// so long a wish for them. Components say why (components/livekit.go).
	SFUUpNodes, SFUUpWindowSeconds, SFUUpPeriodSeconds       = 2, 0, 300
	SFUDownNodes, SFUDownWindowSeconds, SFUDownPeriodSeconds = 1, 3600, 1800
	// LoadBalancerNodeConnections is simultaneous connections (and requests per second), and
	// LoadBalancerNodeTLSPerSecond new TLS connections per second, of one node of a
	// regional load balancer; LoadBalancerMaxNodes is the most nodes of one
	// (docs.digitalocean.com/products/networking/load-balancers/how-to/scale,
	// verified 2026-07-13).
	LoadBalancerNodeConnections  = 10_000
	LoadBalancerNodeTLSPerSecond = 250
	LoadBalancerMaxNodes         = 200
	// PGMaxConnections is the design's max_connections on 32 GB.
	PGMaxConnections = 500
	// PGPooledPercent is the share of max_connections that the poolers may take
	// together; the rest is for superusers, replication, exporters and migrations.
	PGPooledPercent = 80
	// PgBouncerInstances is one pooler beside each of the three PostgreSQL nodes, the
	// planned number; more sites have more, see PoolersAt.
	PgBouncerInstances = 3
	// PgBouncerMaxDBConnections is max_db_connections of one of three poolers: 80 %
	// of 500 by three, rounded down to tens. The design's 500 is per instance and
	// leaves nothing.
	PgBouncerMaxDBConnections = 130
	// PgBouncerMinPoolSize is the design's min_pool_size of a pooler: the connections that
	// stay open when nobody asks.
	PgBouncerMinPoolSize = 20
	// PgBouncerMaxClients is the design's max_client_conn, per instance.
	PgBouncerMaxClients = 2_000
)

// Daemons are the limits that the daemons of the plan are configured with. Nobody
// else states them.
type Daemons struct {
	// LoadBalancers lists the load balancers in the order of the sites: at the
	// primary the design's two, EdgeWeb and EdgeWebSocket, and EdgeData where there
	// are other sites; at every other site one EdgeAll.
	LoadBalancers []LoadBalancer
	// PgBouncer, LiveKit and Redis are the same at every site.
	PgBouncer PgBouncer
	LiveKit   LiveKit
	Redis     Redis
	// APIScaling and SFUScaling have one entry per site that runs the pool.
	APIScaling, SFUScaling []Scaling
	// Services has the API's five services of each site, in the order of the sites.
	Services []ServicePods
}

// Edge is what a load balancer carries.
type Edge string

// The load balancers of the design: web pages and the API, WebSockets, and the
// second site's.
const (
	EdgeWeb       Edge = "web"
	EdgeWebSocket Edge = "websocket"
	EdgeAll       Edge = "edge"
	// EdgeData is not the design's: it has an address inside of the private network, at
	// which other sites reach the primary site's databases.
	EdgeData Edge = "data"
)

// dataUnits is the size of that load balancer: one node carries the connections of all
// sites' API and LiveKit nodes, and one may fail.
const dataUnits = 2

// LoadBalancer is one load balancer of a site.
type LoadBalancer struct {
	Site string
	Edge Edge
	// Connections is the WebSockets of the site, to the API and to LiveKit. Web
	// pages and API calls hold none between requests: 0 for EdgeWeb.
	Connections int
	// SizeUnit is the number of load balancer nodes: enough for the connections, and
	// one that may fail. For EdgeWeb one node is enough: it does 10,000 requests a
	// second (LoadBalancerNodeConnections has the source), and a participant makes a
	// handful when joining.
	SizeUnit int
	// ReconnectSeconds is how long all connections take to come back when the load
	// balancer terminates TLS.
	ReconnectSeconds int
}

// PgBouncer is the pooler in front of PostgreSQL; all numbers but Instances and
// MaxConnections are per instance.
type PgBouncer struct {
	Instances int
	// MaxConnections is PostgreSQL's max_connections.
	MaxConnections int
	// MaxDBConnections times Instances is at most 80 % of MaxConnections.
	MaxDBConnections int
	// DefaultPoolSize and ReservePoolSize are below MaxDBConnections together.
	DefaultPoolSize, ReservePoolSize int
	// MinPoolSize is the design's, and at most a third of DefaultPoolSize, so that the
	// poolers of a small server hold no more than a sixth of their connections.
	MinPoolSize int
	// MaxClientConnections is max_client_conn.
	MaxClientConnections int
}

// LiveKit is the limits of one SFU node (the limit section of its configuration;
// the server's own defaults are "no limit").
type LiveKit struct {
	// Rooms and Participants is what one node is planned with.
	Rooms, Participants int
	// NumTracks is limit.num_tracks: published and subscribed tracks together, whether
	// media flows in them or not.
	NumTracks int
	// BytesPerSecond is limit.bytes_per_sec: in and out together, as LiveKit adds them
	// (pkg/routing/selector/utils.go, LimitsReached). It guards the node's real load: what
	// the planned meetings take, at the utilisation they are planned with.
	BytesPerSecond int
	// SubscriptionLimitVideo and SubscriptionLimitAudio are what a participant may hold,
	// see subscriptionLimits. Without them a room of 500 is 274,000 tracks.
	SubscriptionLimitVideo, SubscriptionLimitAudio int
	// CPULoadPercent is node_selector.cpu_load_limit in percent, see cpuLoadPercent.
	CPULoadPercent float64
}

// Redis is the configuration of one Redis node.
type Redis struct {
	// Masters is the number of masters; the other nodes are replicas.
	Masters int
	// MaxMemoryMiB is maxmemory: half of what the node leaves to pods, because a
	// snapshot may copy every page (redis.io, memory optimisation: up to twice).
	MaxMemoryMiB int
	// DataMiB is the data set per master at the target.
	DataMiB int
}

// Scaling is the limits of a HorizontalPodAutoscaler and the node pool behind it.
type Scaling struct {
	Site string
	// Min and Max are equal when the pool is not autoscaled.
	Min, Max int
	// CPUPercent is the CPU target; WebSockets the target per pod, 0 if not used.
	CPUPercent, WebSockets int
}

func (p *Plan) daemons() Daemons {
	d := Daemons{PgBouncer: p.pgBouncer(), LiveKit: p.liveKit(), Redis: p.redis(), Services: p.servicePods()}
	for i, site := range p.Sites {
		d.LoadBalancers = append(d.LoadBalancers, p.loadBalancersAt(site.Name, i == 0)...)
		if i == 0 && len(p.Sites) > 1 {
			d.LoadBalancers = append(d.LoadBalancers, LoadBalancer{Site: site.Name, Edge: EdgeData, SizeUnit: dataUnits})
		}
		for _, pool := range p.PoolsAt(site.Name) {
			low, high := pool.Count, pool.Count
			if pool.Max > 0 {
				low, high = pool.Min, pool.Max
			}
			switch pool.Role {
			case RoleAPI:
				d.APIScaling = append(d.APIScaling, Scaling{site.Name, low, high, APICPUTargetPercent, WebSocketsPerAPIInstanceTarget})
			case RoleSFU:
				d.SFUScaling = append(d.SFUScaling, Scaling{site.Name, low, high, p.sfuCPUPercent(), 0})
			}
		}
	}
	return d
}

// loadBalancersAt gives a site the share of the connections that its API nodes have.
func (p *Plan) loadBalancersAt(site string, primary bool) []LoadBalancer {
	total := p.Demand.APIConnections + p.Demand.SignallingConnections
	here, nodes := 0, max(p.Total(RoleAPI), 1)
	for _, pool := range p.PoolsAt(site) {
		if pool.Role == RoleAPI {
			here = pool.Count
		}
	}
	connections := ceilDiv(total*here, nodes)
	balancers := []LoadBalancer{{Site: site, Edge: EdgeAll, Connections: connections}}
	if primary {
		balancers = []LoadBalancer{
			{Site: site, Edge: EdgeWeb},
			{Site: site, Edge: EdgeWebSocket, Connections: connections},
		}
	}
	for i := range balancers {
		lb := &balancers[i]
		lb.SizeUnit = LoadBalancerUnits(max(lb.Connections, 1))
		if here < 2 {
			// A spare in front of a single API node protects nobody.
			lb.SizeUnit = max(lb.SizeUnit-1, 1)
		}
		lb.ReconnectSeconds = ceilDiv(lb.Connections, lb.SizeUnit*LoadBalancerNodeTLSPerSecond)
	}
	return balancers
}

// LoadBalancerUnits returns the size unit for a number of connections: one node per
// 10,000, and one that may fail.
func LoadBalancerUnits(connections int) int {
	return ceilDiv(max(connections, 0), LoadBalancerNodeConnections) + 1
}

func (p *Plan) pgBouncer() PgBouncer {
	size, _ := p.CatalogueUsed().Size(p.Size(RolePG))
	b := PgBouncer{
		Instances:            p.poolers(),
		MaxConnections:       pgMaxConnections(size.MemoryMiB),
		MaxClientConnections: PgBouncerMaxClients,
	}
	b.MaxDBConnections = b.MaxConnections * PGPooledPercent / 100 / b.Instances / 10 * 10
	b.ReservePoolSize = b.MaxDBConnections / 10
	b.DefaultPoolSize = b.MaxDBConnections / 2
	b.MinPoolSize = min(PgBouncerMinPoolSize, b.DefaultPoolSize/3)
	return b
}

// pgMaxConnections scales the design's 500 connections on 32 GB down to the node,
// and not below PostgreSQL's own default of 100.
func pgMaxConnections(memoryMiB int) int {
	const designMiB, postgresDefault = 32 * 1024, 100
	return min(PGMaxConnections, max(postgresDefault, PGMaxConnections*memoryMiB/designMiB))
}

func (p *Plan) redis() Redis {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleRedis))
	nodes := p.Total(RoleRedis)
	masters := redisMasters(nodes)
	return Redis{
		Masters:      masters,
		MaxMemoryMiB: size.Allocatable().MemoryMiB / 2,
		DataMiB:      ceilRatio(p.Demand.RedisBytes/float64(masters), 1<<20),
	}
}

// redisMasters returns how many of the nodes are masters: half, but below the three
// masters that a cluster needs there is no cluster and one master.
func redisMasters(nodes int) int {
	switch {
	case nodes >= 6:
		return nodes / 2
	case nodes >= 3:
		return 3
	default:
		return 1
	}
}
