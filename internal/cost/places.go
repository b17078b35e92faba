package cost

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/gomeet/infra/internal/engine"
)

// places knows where resources belong. A site is the name of a cluster: what is in the
// cluster's components, or is deployed through its provider, is at that site.
type places struct {
	sites  map[string]bool
	parent map[resource.URN]resource.URN
	name   map[resource.URN]string
}

func newPlaces(resources []*engine.Resource) places {
	p := places{sites: map[string]bool{}, parent: map[resource.URN]resource.URN{}, name: map[resource.URN]string{}}
	for _, r := range resources {
		if r.Type == typeCluster {
			p.sites[r.Name] = true
		}
		p.parent[r.URN], p.name[r.URN] = r.Parent, r.Name
	}
	return p
}

// site returns the site of a resource, "" when it belongs to the whole stack.
func (p places) site(r *engine.Resource) string {
	if p.sites[r.Name] {
		return r.Name
	}
	// A chain of parents is never longer than there are resources.
	for urn, steps := r.Parent, 0; urn != "" && steps <= len(p.parent); urn, steps = p.parent[urn], steps+1 {
		if p.sites[p.name[urn]] {
			return p.name[urn]
		}
	}
	if name := r.ProviderName(); p.sites[name] {
		return name
	}
	return ""
}
