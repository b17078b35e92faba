package sizing

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// APISize is a Droplet size as DigitalOcean's API lists it (GET /v2/sizes; the
// fields of godo.Size that count here).
type APISize struct {
	Slug string
	// Memory is MiB, Disk GiB, Transfer TB per month as the API gives them.
	Memory, Vcpus, Disk int
	Transfer            float64
	// PriceMonthly is US dollars.
	PriceMonthly float64
	Regions      []string
	Available    bool
}

// APIRegion is a region as DigitalOcean's API lists it (GET /v2/regions).
type APIRegion struct {
	Slug, Name string
	Available  bool
}

// families maps the first part of a slug to the Droplet plan. Sizes of other plans,
// such as GPU Droplets, are left out of catalogues.
var families = map[string]string{
	"s": FamilyBasic, "c": "cpu-optimized", "c2": "cpu-optimized 2x ssd",
	"g": "general purpose", "gd": "general purpose 2x ssd",
	"m": "memory-optimized", "m3": "memory-optimized 3x ssd", "m6": "memory-optimized 6x ssd",
	"so": "storage-optimized", "so1_5": "storage-optimized 1.5x ssd",
}

// Refresh returns a catalogue with the sizes and regions that the API listed on a day
// (as in 2026-11-23), and the prices of everything else as they were: the API has
// none for them. The error names every value that cannot be.
func (c *Catalogue) Refresh(date string, apiSizes []APISize, apiRegions []APIRegion) (*Catalogue, error) {
	var p problems
	source := "DigitalOcean API, GET /v2/sizes"
	var sizes []Size
	for _, api := range apiSizes {
		prefix, _, _ := strings.Cut(api.Slug, "-")
		family, ok := families[prefix]
		if !ok || !api.Available {
			continue
		}
		field := "api.sizes." + api.Slug
		price := Price{Unit: "node-month", Source: source, Date: date, Verified: true}
		price.Amount = fromAPI(&p, field+".priceMonthly", api.PriceMonthly, 1)
		regions := slices.Sorted(slices.Values(api.Regions))
		if regions == nil {
			regions = []string{}
		}
		sizes = append(sizes, Size{
			Slug: api.Slug, Family: family,
			Premium: strings.HasSuffix(api.Slug, "-intel") || strings.HasSuffix(api.Slug, "-amd"),
			VCPUs:   api.Vcpus, MemoryMiB: api.Memory, DiskGiB: api.Disk, Monthly: price,
			// The API's terabytes are the price list's thousands of GiB: 4.0 is "4,000 GiB".
			TransferGiB: fromAPI(&p, field+".transfer", api.Transfer, 1000), TransferSource: source,
			Regions: regions,
		})
	}
	regions := make([]Region, len(apiRegions))
	for i, api := range apiRegions {
		regions[i] = Region{Slug: api.Slug, Name: api.Name, Closed: !api.Available, Source: "DigitalOcean API, GET /v2/regions, " + date}
	}
	if len(sizes) == 0 {
		p.bad("api.sizes", len(apiSizes), "a list with at least one available size of a known Droplet plan")
	}
	if len(regions) == 0 {
		p.bad("api.regions", 0, "a list with at least one region")
	}
	if len(p) > 0 {
		return nil, joined(p)
	}
	return NewCatalogue(date, sizes, regions, c.Prices)
}

// fromAPI turns a number of the API into a decimal; what is no number or negative is
// a problem, and 0 is "unknown": DigitalOcean gives nothing away.
func fromAPI(p *problems, field string, x float64, factor int) decimal.NullDecimal {
	if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 || x > maxPriceUSD {
		p.bad(field, x, fmt.Sprintf("a number between 0 and %d", maxPriceUSD))
		return decimal.NullDecimal{}
	}
	if x == 0 {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(decimal.NewFromFloat(x).Mul(whole(factor)).Round(2))
}

// SizesJSON and RegionsJSON return the catalogue in the form in which it is embedded
// (catalogue/sizes.json and catalogue/regions.json).
func (c *Catalogue) SizesJSON() ([]byte, error) {
	return indented(struct {
		Date  string `json:"date"`
		Sizes []Size `json:"sizes"`
	}{c.Date, c.Sizes})
}

// RegionsJSON returns the open regions; see SizesJSON.
func (c *Catalogue) RegionsJSON() ([]byte, error) {
	return indented(struct {
		Regions []Region `json:"regions"`
	}{c.Regions})
}

func indented(v any) ([]byte, error) {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the catalogue: %w", err)
	}
	return append(text, '\n'), nil
}

// Change is a difference between two catalogues.
type Change struct {
	// Slug is the size's, Before and After describe it; "" is "not listed".
	Slug, Before, After string
}

// Changes returns what differs in the sizes from an older catalogue, by slug.
func (c *Catalogue) Changes(older *Catalogue) []Change {
	slugs := map[string]bool{}
	for _, size := range append(slices.Clone(c.Sizes), older.Sizes...) {
		slugs[size.Slug] = true
	}
	var changes []Change
	for _, slug := range slices.Sorted(maps.Keys(slugs)) {
		change := Change{slug, older.describe(slug), c.describe(slug)}
		if change.Before != change.After {
			changes = append(changes, change)
		}
	}
	return changes
}

func (c *Catalogue) describe(slug string) string {
	size, ok := c.Size(slug)
	if !ok {
		return ""
	}
	transfer := "unknown transfer"
	if size.TransferGiB.Valid {
		transfer = size.TransferGiB.Decimal.String() + " GiB transfer"
	}
	return fmt.Sprintf("%d vCPU, %d MiB, %d GiB, %s, %s", size.VCPUs, size.MemoryMiB, size.DiskGiB, size.Monthly, transfer)
}
