package sizing

// Placement rule. The first site is the primary.
//
//	role                one site  two sites              three and more sites
//	default             all       equal shares           equal shares
//	sfu, api            all       two thirds, one third  equal shares
//	pg                  all       two thirds, one third  equal shares: no site holds a majority
//	redis, minio        all       primary                primary
//	recorder            all       primary                primary
//	monitoring          all       equal shares           equal shares
//
// LiveKit needs its Redis in the same region, and a quorum must not span regions;
// recorders write to the object store. With two sites one of them has the majority
// of PostgreSQL whatever one does; with three none needs to. Remainders go to the
// earlier sites.
func shares(role Role, total, sites int) []int {
	counts := make([]int, sites)
	switch role {
	case RoleRedis, RoleMinIO, RoleRecorder:
		counts[0] = total
	case RoleSFU, RoleAPI, RolePG:
		if sites == 2 {
			counts[0] = twoThirds(total)
			counts[1] = total - counts[0]
			break
		}
		spread(counts, total)
	default:
		spread(counts, total)
	}
	return counts
}

// twoThirds returns two thirds to the nearest whole. It and the rest never fall when
// n rises, so that limits keep their order at every site.
func twoThirds(n int) int { return (2*n + 1) / 3 }

func spread(counts []int, total int) {
	for i := range counts {
		counts[i] = total / len(counts)
		if i < total%len(counts) {
			counts[i]++
		}
	}
}

// place splits a role's total over the sites. A site without nodes has no pool.
func (in Input) place(role Role, size string, total, low, high int) []Pool {
	var pools []Pool
	counts := shares(role, total, len(in.Sites))
	lows, highs := shares(role, low, len(in.Sites)), shares(role, high, len(in.Sites))
	for i, site := range in.Sites {
		if counts[i] == 0 {
			continue
		}
		pool := Pool{Role: role, Site: site.Name, Size: size, Count: counts[i]}
		if high > 0 {
			pool.Min = min(max(lows[i], leastAtSite(role)), counts[i])
			pool.Max = max(highs[i], counts[i])
		}
		pools = append(pools, pool)
	}
	return pools
}

// leastAtSite returns the fewest nodes of a role that run a site. The API has one of each
// service at every site, and one pod to a node.
func leastAtSite(role Role) int {
	if role == RoleAPI {
		return len(APIServices)
	}
	return 1
}
