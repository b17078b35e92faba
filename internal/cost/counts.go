package cost

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/gomeet/infra/sizing"
)

// Pool says which node pool of a stack is meant.
type Pool struct {
	Site string
	Role sizing.Role
}

// Counts are the nodes that autoscaled pools are planned with. Their resources do not say it:
// the count there is the autoscaler's of some moment, and the program passes over it.
type Counts map[Pool]int64

// PlanCounts returns the counts of a plan.
func PlanCounts(p *sizing.Plan) Counts {
	counts := Counts{}
	for _, pool := range p.Pools {
		counts[Pool{pool.Site, pool.Role}] = int64(pool.Count)
	}
	return counts
}

// StackCounts reads the planned counts from the stack's output "sites" (see package stacks).
func StackCounts(outputs resource.PropertyMap) Counts {
	counts := Counts{}
	sites := object(outputs, "sites")
	for site := range sites {
		pools := object(object(sites, string(site)), "pools")
		for role := range pools {
			if n, known := number(object(pools, string(role)), "count", 0); known && n.IsPositive() {
				counts[Pool{string(site), sizing.Role(role)}] = n.IntPart()
			}
		}
	}
	return counts
}
