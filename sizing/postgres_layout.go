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

// VolumeAt returns the size of each volume of a role at a site in GiB, 0 if it has none.
func (p *Plan) VolumeAt(role Role, site string) int {
	for _, v := range p.Volumes {
		if v.Role == role && v.Site == site {
			return v.GiB
		}
	}
	return 0
}
