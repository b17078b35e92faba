package refresh

import (
	"context"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/internal/pages"
	"github.com/gomeet/infra/sizing"
)

// Sizes lists every Droplet size of the account.
func Sizes(ctx context.Context, client *godo.Client) ([]sizing.APISize, error) {
	listed, err := pages.All("sizes", func(opt *godo.ListOptions) ([]godo.Size, *godo.Response, error) {
		return client.Sizes.List(ctx, opt)
	})
	sizes := make([]sizing.APISize, len(listed))
	for i, s := range listed {
		sizes[i] = sizing.APISize{
			Slug: s.Slug, Memory: s.Memory, Vcpus: s.Vcpus, Disk: s.Disk, Transfer: s.Transfer,
			PriceMonthly: s.PriceMonthly, Regions: s.Regions, Available: s.Available,
		}
	}
	return sizes, err
}

// Regions lists every region of the account.
func Regions(ctx context.Context, client *godo.Client) ([]sizing.APIRegion, error) {
	listed, err := pages.All("regions", func(opt *godo.ListOptions) ([]godo.Region, *godo.Response, error) {
		return client.Regions.List(ctx, opt)
	})
	regions := make([]sizing.APIRegion, len(listed))
	for i, r := range listed {
		regions[i] = sizing.APIRegion{Slug: r.Slug, Name: r.Name, Available: r.Available}
	}
	return regions, err
}

// Catalogue lists sizes and regions and returns base with them, dated date.
func Catalogue(ctx context.Context, client *godo.Client, base *sizing.Catalogue, date string) (*sizing.Catalogue, error) {
	sizes, err := Sizes(ctx, client)
	if err != nil {
		return nil, err
	}
	regions, err := Regions(ctx, client)
	if err != nil {
		return nil, err
	}
	return base.Refresh(date, sizes, regions)
}
