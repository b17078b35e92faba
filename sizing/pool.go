package sizing

// Pool is a node pool at one site.
type Pool struct {
	// Role is what the pool is for.
	Role Role
	// Site is the name of the site it is at.
	Site string
	// Size is the Droplet size slug of its nodes.
	Size string
	// Count is the number of nodes; with autoscaling, the number at the start.
	Count int
	// Min and Max are the autoscaling limits; both 0 mean a fixed count.
	Min, Max int
}

// PoolsAt returns the pools of one site in the order of Roles. A role that the
// site does not run has no pool there.
func (p *Plan) PoolsAt(site string) []Pool {
	var pools []Pool
	for _, pool := range p.Pools {
		if pool.Site == site {
			pools = append(pools, pool)
		}
	}
	return pools
}

// Total returns the number of nodes of a role over all sites.
func (p *Plan) Total(role Role) int {
	total := 0
	for _, pool := range p.Pools {
		if pool.Role == role {
			total += pool.Count
		}
	}
	return total
}

// Size returns the Droplet size slug of a role, the same at every site, or "" if
// the plan does not run the role.
func (p *Plan) Size(role Role) string {
	for _, pool := range p.Pools {
		if pool.Role == role {
			return pool.Size
		}
	}
	return ""
}
