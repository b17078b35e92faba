package cost

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// nodesOf prices a node pool: nodeCount nodes, or minNodes to maxNodes of them when it is
// autoscaled. The component is the role in its labels.
func (p *pricer) nodesOf(r *engine.Resource, pool resource.PropertyMap, fallback sizing.Role) {
	component := string(fallback)
	if role, ok := text(object(pool, "labels"), roleLabel); ok {
		component = role
	}
	slug, sizeKnown := text(pool, "size")
	nodes, known := number(pool, "nodeCount", 0)
	quantity := Same(nodes)
	what := fmt.Sprintf("%s x %s", nodes, slug)
	if auto, _ := flag(pool, "autoScale"); auto {
		low, lowKnown := number(pool, "minNodes", 0)
		high, highKnown := number(pool, "maxNodes", 0)
		known = known && lowKnown && highKnown
		// Without a count the autoscaler starts with the fewest.
		expected := decimal.Max(nodes, low)
		if planned, ok := p.counts[Pool{p.places.site(r), sizing.Role(component)}]; ok {
			expected = decimal.Max(low, decimal.Min(decimal.NewFromInt(planned), high))
		}
		quantity, what = Amounts{low, expected, high}, fmt.Sprintf("%s (%s to %s) x %s", expected, low, high, slug)
	}
	p.droplets(r, component, slug, what, quantity, known && sizeKnown)
}

func (p *pricer) droplet(r *engine.Resource) {
	slug, known := text(r.Inputs, "size")
	p.droplets(r, "droplets", slug, "1 x "+slug, count(1), known)
}

// droplets prices nodes of a size and counts the transfer they include. A size whose
// allowance is not known counts as none, so that a bill is never too low.
func (p *pricer) droplets(r *engine.Resource, component, slug, what string, nodes Amounts, known bool) {
	line := Line{Part: "nodes", Component: component, What: what, Quantity: nodes}
	size, listed := p.catalogue.Size(slug)
	line.Price = size.Monthly
	if known && !listed {
		line.Why = fmt.Sprintf("size %q is not in the catalogue", slug)
	}
	p.nodes++
	if known && listed && size.TransferGiB.Valid {
		p.allowance = p.allowance.Add(nodes.each(size.TransferGiB.Decimal.Mul))
	}
	p.add(r, unless(known, line))
}
