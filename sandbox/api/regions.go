package api

import (
	"slices"

	"github.com/digitalocean/godo"
)

// regionFeatures are the features of the example in DigitalOcean's OpenAPI
// document (specification/resources/regions/responses/all_regions.yml). The
// sandbox gives them to every open region.
var regionFeatures = []string{
	"private_networking", "backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer",
}

// regions are those of `doctl compute region list` in 2025. Closed regions take no
// new resources. The size data does not say which region offers which size, so
// every open region offers every size.
var regions = func() []godo.Region {
	list := []godo.Region{
		{Slug: "nyc1", Name: "New York 1", Available: true},
		{Slug: "nyc2", Name: "New York 2", Available: true},
		{Slug: "nyc3", Name: "New York 3", Available: true},
		{Slug: "sfo1", Name: "San Francisco 1"},
		{Slug: "sfo2", Name: "San Francisco 2", Available: true},
		{Slug: "sfo3", Name: "San Francisco 3", Available: true},
		{Slug: "ams2", Name: "Amsterdam 2"},
		{Slug: "ams3", Name: "Amsterdam 3", Available: true},
		{Slug: "sgp1", Name: "Singapore 1", Available: true},
		{Slug: "lon1", Name: "London 1", Available: true},
		{Slug: "fra1", Name: "Frankfurt 1", Available: true},
		{Slug: "tor1", Name: "Toronto 1", Available: true},
		{Slug: "blr1", Name: "Bangalore 1", Available: true},
		{Slug: "syd1", Name: "Sydney 1", Available: true},
		{Slug: "atl1", Name: "Atlanta 1", Available: true},
	}
	for i := range list {
		list[i].Features = []string{}
		if list[i].Available {
			list[i].Features = regionFeatures
		}
	}
	return list
}()

func (s *Server) registerRegions() {
	s.get("/v2/regions", func(c *call) (reply, error) {
		list := slices.Clone(regions)
		for i := range list {
			list[i].Sizes = []string{}
			if list[i].Available {
				list[i].Sizes = s.sizeSlugs()
			}
		}
		return paged(c, "regions", list)
	})
}

// openRegion returns the region with this slug, or a 422 when there is none or it
// takes no new resources.
func openRegion(slug string) (godo.Region, error) {
	var open []string
	for _, r := range regions {
		if r.Slug == slug && r.Available {
			return r, nil
		}
		if r.Available {
			open = append(open, r.Slug)
		}
	}
	return godo.Region{}, invalid("region %q is invalid or takes no new resources, want one of %q", slug, open)
}
