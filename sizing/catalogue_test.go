package sizing_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

func TestEmbeddedCatalogue(t *testing.T) {
	c := sizing.DefaultCatalogue()
	require.Len(t, c.Regions, 13, "the closed ones are left out")
	require.Len(t, c.Sizes, 57)
	for i, size := range c.Sizes {
		require.True(t, size.Monthly.Known(), size.Slug)
		require.NotEmpty(t, size.Monthly.Source, size.Slug)
		require.NotEmpty(t, size.Monthly.Date, size.Slug)
		require.Equal(t, size.TransferGiB.Valid, size.TransferSource != "", "%s: a transfer has a source", size.Slug)
		if i > 0 {
			require.True(t, c.Sizes[i-1].Monthly.Amount.Decimal.LessThanOrEqual(size.Monthly.Amount.Decimal), "by price")
		}
	}
	for _, product := range sizing.Products {
		price, ok := c.Prices[product]
		require.True(t, ok, "%s", product)
		require.NotEmpty(t, price.Source, "%s", product)
		require.NotEmpty(t, price.Date, "%s", product)
		require.NotEmpty(t, price.Unit, "%s", product)
		require.False(t, price.Verified && !price.Known(), "%s: what is not known is not verified", product)
	}
	_, ok := c.Region("sfo1")
	require.False(t, ok)
	_, ok = c.Region("sgp1")
	require.True(t, ok)
	_, ok = c.Size("nosuch")
	require.False(t, ok)
}

func TestAvailability(t *testing.T) {
	size := sizing.Size{Slug: "c-2"}
	require.Equal(t, sizing.UnknownAvailability, size.In("sgp1"))
	size.Regions = []string{"sgp1"}
	require.Equal(t, sizing.Sold, size.In("sgp1"))
	require.Equal(t, sizing.NotSold, size.In("nyc1"))
	size.Regions = []string{}
	require.Equal(t, sizing.NotSold, size.In("sgp1"), "an empty list is not an unknown one")
}

func TestBadCatalogues(t *testing.T) {
	good := sizing.Size{Slug: "c-2", Family: "cpu-optimized", VCPUs: 2, MemoryMiB: 4096, DiskGiB: 25}
	price := func(text string) sizing.Price {
		return sizing.Price{Amount: decimal.NewNullDecimal(decimal.RequireFromString(text))}
	}
	change := func(f func(*sizing.Size)) []sizing.Size {
		s := good
		f(&s)
		return []sizing.Size{s}
	}
	cases := map[string]struct {
		date    string
		sizes   []sizing.Size
		regions []sizing.Region
		prices  map[sizing.Product]sizing.Price
		want    string
	}{
		"date":           {date: "yesterday", want: `catalogue.date: "yesterday"`},
		"no slug":        {sizes: change(func(s *sizing.Size) { s.Slug = "" }), want: "slug"},
		"twice":          {sizes: []sizing.Size{good, good}, want: "listed once"},
		"no family":      {sizes: change(func(s *sizing.Size) { s.Family = "" }), want: "family"},
		"no CPU":         {sizes: change(func(s *sizing.Size) { s.VCPUs = 0 }), want: "vcpus"},
		"no memory":      {sizes: change(func(s *sizing.Size) { s.MemoryMiB = -1 }), want: "memory_mib"},
		"huge disk":      {sizes: change(func(s *sizing.Size) { s.DiskGiB = math.MaxInt }), want: "disk_gib"},
		"negative price": {sizes: change(func(s *sizing.Size) { s.Monthly = price("-1") }), want: "monthly"},
		"absurd price":   {prices: map[sizing.Product]sizing.Price{sizing.ProductVolume: price("1e30")}, want: "catalogue.prices.volume"},
		"endless price":  {prices: map[sizing.Product]sizing.Price{sizing.ProductVolume: price("0.000000000001")}, want: "eight places"},
		"transfer":       {sizes: change(func(s *sizing.Size) { s.TransferGiB = price("-1").Amount }), want: "transfer_gib"},
		"region twice":   {regions: []sizing.Region{{Slug: "a"}, {Slug: "a"}}, want: "catalogue.regions[1].slug"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.date == "" {
				c.date = "2026-11-23"
			}
			_, err := sizing.NewCatalogue(c.date, c.sizes, c.regions, c.prices)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func apiSizes() []sizing.APISize {
	return []sizing.APISize{
		{Slug: "c-16", Memory: 32768, Vcpus: 16, Disk: 200, Transfer: 7, PriceMonthly: 336, Regions: []string{"sgp1", "nyc1"}, Available: true},
		{Slug: "c-16-intel", Memory: 32768, Vcpus: 16, Disk: 200, Transfer: 10, PriceMonthly: 437.5, Regions: nil, Available: true},
		{Slug: "s-1vcpu-1gb", Memory: 1024, Vcpus: 1, Disk: 25, PriceMonthly: 0, Regions: []string{"sgp1"}, Available: true},
		{Slug: "c-8", Memory: 16384, Vcpus: 8, Disk: 100, PriceMonthly: 168, Available: false},
		{Slug: "gpu-h100x1-80gb", Memory: 245760, Vcpus: 20, Disk: 720, PriceMonthly: 2500, Available: true},
	}
}

func TestRefresh(t *testing.T) {
	base := sizing.DefaultCatalogue()
	c, err := base.Refresh("2026-11-24", apiSizes(), []sizing.APIRegion{{Slug: "sgp1", Name: "Singapore 1", Available: true}, {Slug: "nyc2"}})
	require.NoError(t, err)
	require.Len(t, c.Sizes, 3, "neither what is not available nor GPU Droplets")
	require.Len(t, c.Regions, 1)
	require.Equal(t, base.Prices, c.Prices, "the API has no other prices")

	regular, _ := c.Size("c-16")
	require.Equal(t, "336", regular.Monthly.Amount.Decimal.String())
	require.True(t, regular.Monthly.Verified)
	require.Equal(t, "2026-11-24", regular.Monthly.Date)
	require.Equal(t, "7000", regular.TransferGiB.Decimal.String(), "the price list's 7,000 GiB")
	require.Equal(t, []string{"nyc1", "sgp1"}, regular.Regions)
	premium, _ := c.Size("c-16-intel")
	require.True(t, premium.Premium)
	require.Equal(t, sizing.NotSold, premium.In("sgp1"), "the API's empty list says nowhere")
	require.Equal(t, "437.5", premium.Monthly.Amount.Decimal.String())
	free, _ := c.Size("s-1vcpu-1gb")
	require.False(t, free.Monthly.Known(), "0 is no price")
	require.False(t, free.TransferGiB.Valid)

	changes := c.Changes(base)
	require.NotEmpty(t, changes)
	for _, change := range changes {
		switch change.Slug {
		case "c-8":
			require.Empty(t, change.After)
		case "s-1vcpu-1gb":
			require.Empty(t, change.Before)
		}
	}
	require.Empty(t, c.Changes(c))
}

func TestRefreshRejects(t *testing.T) {
	base, regions := sizing.DefaultCatalogue(), []sizing.APIRegion{{Slug: "sgp1", Available: true}}
	sizes := apiSizes()
	sizes[0].PriceMonthly, sizes[1].Transfer = math.NaN(), math.Inf(1)
	_, err := base.Refresh("2026-11-24", sizes, regions)
	require.ErrorContains(t, err, "api.sizes.c-16.priceMonthly")
	require.ErrorContains(t, err, "api.sizes.c-16-intel.transfer")
	_, err = base.Refresh("2026-11-24", nil, nil)
	require.ErrorContains(t, err, "api.sizes")
	require.ErrorContains(t, err, "api.regions")
	_, err = base.Refresh("today", apiSizes(), regions)
	require.ErrorContains(t, err, "catalogue.date")
}

// What is written is what is read.
func TestCatalogueRoundTrip(t *testing.T) {
	base := sizing.DefaultCatalogue()
	var sizes struct {
		Date  string        `json:"date"`
		Sizes []sizing.Size `json:"sizes"`
	}
	text, err := base.SizesJSON()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &sizes))
	var regions struct {
		Regions []sizing.Region `json:"regions"`
	}
	text, err = base.RegionsJSON()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &regions))
	again, err := sizing.NewCatalogue(sizes.Date, sizes.Sizes, regions.Regions, base.Prices)
	require.NoError(t, err)
	require.Empty(t, again.Changes(base))
	require.Equal(t, base.Regions, again.Regions)
}

// A catalogue that knows where sizes are sold keeps the optimiser to them.
func TestOptimiserStaysInTheRegion(t *testing.T) {
	base := sizing.DefaultCatalogue()
	var sizes []sizing.Size
	for _, size := range base.Sizes {
		size.Regions = []string{"sgp1"}
		if size.Slug == "c-16" {
			size.Regions = []string{"nyc1"}
		}
		sizes = append(sizes, size)
	}
	c, err := sizing.NewCatalogue("2026-11-23", sizes, base.Regions, base.Prices)
	require.NoError(t, err)
	in := designed(sizing.ModelCapacity)
	in.Catalogue = c
	p := plan(t, in)
	require.Equal(t, "c2-16vcpu-32gb", p.Size(sizing.RoleSFU), "the next cheapest")
	for _, f := range p.Verdict.Findings {
		require.NotContains(t, f.Text, "does not say whether")
	}
}
