package sizing

// RedisLayout is how a Redis Cluster lies on the nodes of its pool.
type RedisLayout struct {
	// Pods is the number of Redis servers, Replicas how many of them each master has.
	Pods, Replicas int
	// PerNode is how many servers share a node: 1 wherever there are nodes enough.
	PerNode int
	// MaxMemoryMiB is maxmemory of each server, VolumeGiB its volume.
	MaxMemoryMiB, VolumeGiB int
	// Request is what each server's pod asks for.
	Request PodRequest
}

// redisLeastMasters is the least number of masters of a cluster: redis-cli creates none
// with fewer, and two could not outvote a lost third (redis.io, "Scaling with Redis
// Cluster").
const redisLeastMasters = 3

// RedisLayout puts one server on each node and gives every master a replica from six
// nodes on. Below that there are three masters without replicas, which share the nodes
// and what the plan gives them: the same protocol and scripts, and nothing survives.
func (p *Plan) RedisLayout() RedisLayout {
	nodes := p.Total(RoleRedis)
	if nodes == 0 {
		return RedisLayout{}
	}
	l := RedisLayout{PerNode: redisShare(nodes)}
	l.Pods, l.Replicas = RedisServers(nodes)
	most := p.mostOf(RoleRedis)
	l.Request = PodRequest{MilliCPU: most.MilliCPU / l.PerNode, MemoryMiB: most.MemoryMiB / l.PerNode}
	l.MaxMemoryMiB = p.Daemons.Redis.MaxMemoryMiB / l.PerNode
	for _, volume := range p.Volumes {
		if volume.Role == RoleRedis {
			l.VolumeGiB = volume.GiB
		}
	}
	return l
}

// RedisServers is how many servers a number of nodes has, and how many of them are replicas
// of each master.
func RedisServers(nodes int) (servers, replicas int) {
	switch {
	case nodes == 0:
		return 0, 0
	case nodes >= 2*redisLeastMasters:
		return 2 * redisMasters(nodes), 1
	default:
		return redisLeastMasters, 0
	}
}

// redisShare is how many Redis servers share each of a number of nodes.
func redisShare(nodes int) int { return ceilDiv(redisLeastMasters, max(nodes, 1)) }
