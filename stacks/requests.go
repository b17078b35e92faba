package stacks

import (
	"fmt"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/sizing"
)

// apiShare is the part of a node's CPU and memory one API pod asks for. The pools
// are sized at one API instance per node (the design's 30 instances on 30 nodes);
// half of the node leaves room for DOKS's own reservation and its daemon sets on
// every size, and still keeps a second pod of the API off the node.
const apiShare = 2

// apiRequests derives the requests of one API pod from the size of its node.
func apiRequests(plan *sizing.Plan, pool sizing.Pool) components.Resources {
	size, _ := plan.CatalogueUsed().Size(pool.Size)
	const millicores = 1000
	return components.Resources{
		CPU:    fmt.Sprintf("%dm", size.VCPUs*millicores/apiShare),
		Memory: fmt.Sprintf("%dMi", size.MemoryMiB/apiShare),
	}
}
