package refresh

import (
	"context"
	"fmt"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sizing"
)

// perPage is the most entries that the API returns per page.
const perPage = 200

// maxPages bounds the pages that are read, should a server never stop giving more.
const maxPages = 50

// Sizes lists every Droplet size of the account.
func Sizes(ctx context.Context, client *godo.Client) ([]sizing.APISize, error) {
	var sizes []sizing.APISize
	err := pages("sizes", func(opt *godo.ListOptions) (*godo.Response, error) {
		page, response, err := client.Sizes.List(ctx, opt)
		for _, s := range page {
			sizes = append(sizes, sizing.APISize{
				Slug: s.Slug, Memory: s.Memory, Vcpus: s.Vcpus, Disk: s.Disk, Transfer: s.Transfer,
				PriceMonthly: s.PriceMonthly, Regions: s.Regions, Available: s.Available,
			})
		}
		return response, err
	})
	return sizes, err
}

// Regions lists every region of the account.
func Regions(ctx context.Context, client *godo.Client) ([]sizing.APIRegion, error) {
	var regions []sizing.APIRegion
	err := pages("regions", func(opt *godo.ListOptions) (*godo.Response, error) {
		page, response, err := client.Regions.List(ctx, opt)
		for _, r := range page {
			regions = append(regions, sizing.APIRegion{Slug: r.Slug, Name: r.Name, Available: r.Available})
		}
		return response, err
	})
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

func pages(what string, list func(*godo.ListOptions) (*godo.Response, error)) error {
	for page := 1; page <= maxPages; page++ {
		response, err := list(&godo.ListOptions{Page: page, PerPage: perPage})
		if err != nil {
			return fmt.Errorf("listing %s: %w", what, err)
		}
		if response == nil || response.Links == nil || response.Links.IsLastPage() {
			return nil
		}
	}
	return fmt.Errorf("listing %s: more than %d pages", what, maxPages)
}
