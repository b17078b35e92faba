package sizing

// poolerShare is the part of a PostgreSQL node that its pooler asks for: an eighth.
// PgBouncer has one thread, and on 2,000 clients of a test it took less than a fifth of a
// core (docs/recovery.md); its memory is a few KiB per client.
const poolerShare = 8

// PoolerRequest is what the pooler on a PostgreSQL node asks for: at most one CPU, which
// is all it can use, and 512 MiB.
func (p *Plan) PoolerRequest() PodRequest {
	most := p.mostOf(RolePG)
	return PodRequest{MilliCPU: min(most.MilliCPU/poolerShare, 1000), MemoryMiB: min(most.MemoryMiB/poolerShare, 512)}
}

// PostgresRequest is what a PostgreSQL member asks for: its node without the pooler.
func (p *Plan) PostgresRequest() PodRequest {
	most, pooler := p.mostOf(RolePG), p.PoolerRequest()
	return PodRequest{MilliCPU: most.MilliCPU - pooler.MilliCPU, MemoryMiB: most.MemoryMiB - pooler.MemoryMiB}
}

// PoolersAt returns the number of poolers at a site: one everywhere, so that no client
// crosses a border for each transaction, and as many as there are members to stand beside
// up to three in all, because all of them share PostgreSQL's connections.
func (p *Plan) PoolersAt(site string) int {
	spare := max(min(p.Total(RolePG), PgBouncerInstances), len(p.Sites)) - len(p.Sites)
	for _, s := range p.Sites {
		members := 0
		for _, pool := range p.PoolsAt(s.Name) {
			if pool.Role == RolePG {
				members = pool.Count
			}
		}
		here := 1 + min(spare, max(members-1, 0))
		spare -= here - 1
		if s.Name == site {
			return here
		}
	}
	return 0
}

// poolers is the number of poolers at all sites.
func (p *Plan) poolers() int {
	all := 0
	for _, site := range p.Sites {
		all += p.PoolersAt(site.Name)
	}
	return all
}

// VolumeAt returns the size of each volume of a role at a site in GiB, 0 if it has none.
func (p *Plan) VolumeAt(role Role, site string) int {
	for _, v := range p.Volumes {
		if v.Role == role && v.Site == site {
			return v.GiB
		}
	}
	return 0
}
