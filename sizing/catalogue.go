package sizing

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"sync"

	"github.com/shopspring/decimal"
)

//go:embed catalogue/*.json
var embedded embed.FS

// Size is one Droplet size.
type Size struct {
	// Slug is the size's name in the API.
	Slug string `json:"slug"`
	// Family is the Droplet plan, such as "cpu-optimized".
	Family string `json:"family"`
	// Premium is true for sizes with Premium CPUs, whose network cap is higher.
	Premium bool `json:"premium"`
	// VCPUs is the number of hyper-threads, MemoryMiB the memory, DiskGiB the local disk.
	VCPUs     int `json:"vcpus"`
	MemoryMiB int `json:"memory_mib"`
	DiskGiB   int `json:"disk_gib"`
	// Monthly is the list price of a month. Droplets are billed per second and
	// capped at it; hours times 730 overstates by 8.6 % (the cap is 672 hours).
	Monthly Price `json:"monthly"`
	// TransferGiB is the outbound transfer included per month; it is not valid when
	// unknown.
	TransferGiB decimal.NullDecimal `json:"transfer_gib"`
	// TransferSource says where the transfer was read.
	TransferSource string `json:"transfer_source,omitempty"`
	// Regions lists the regions that sell the size; nil means that it is unknown.
	Regions []string `json:"regions"`
}

// Dedicated reports whether the size has its hyper-threads to itself. Only Basic
// Droplets share theirs (docs.digitalocean.com, Choosing the Right Droplet Plan).
func (s Size) Dedicated() bool { return s.Family != FamilyBasic }

// FamilyBasic is the family of Droplets with shared CPUs.
const FamilyBasic = "basic"

// Availability says whether a region sells a size.
type Availability string

// The availabilities. Unknown is not a no: the data has no list of regions.
const (
	Sold                Availability = "sold"
	NotSold             Availability = "not sold"
	UnknownAvailability Availability = "unknown"
)

// In reports whether the region sells the size.
func (s Size) In(region string) Availability {
	switch {
	case s.Regions == nil:
		return UnknownAvailability
	case slices.Contains(s.Regions, region):
		return Sold
	default:
		return NotSold
	}
}

// Region is a DigitalOcean region.
type Region struct {
	// Slug is the region's name in the API, Name the name for people.
	Slug string `json:"slug"`
	Name string `json:"name"`
	// Closed regions take no new resources.
	Closed bool `json:"closed"`
	// Source says where the region was read.
	Source string `json:"source"`
}

// Catalogue holds what DigitalOcean sells and for how much. It is read-only once made.
type Catalogue struct {
	// Date is when the sizes were listed; prices carry their own dates.
	Date string `json:"date"`
	// Sizes are ordered by price, then slug.
	Sizes []Size `json:"sizes"`
	// Regions are ordered as DigitalOcean lists them; closed ones are left out.
	Regions []Region `json:"regions"`
	// Prices are the prices of everything that is not a Droplet.
	Prices map[Product]Price `json:"prices"`

	bySlug map[string]int
}

// NewCatalogue checks and indexes a catalogue. The error names every problem.
func NewCatalogue(date string, sizes []Size, regions []Region, prices map[Product]Price) (*Catalogue, error) {
	c := &Catalogue{
		Date:    date,
		Sizes:   slices.Clone(sizes),
		Regions: slices.DeleteFunc(slices.Clone(regions), func(r Region) bool { return r.Closed }),
		Prices:  make(map[Product]Price, len(prices)),
		bySlug:  make(map[string]int, len(sizes)),
	}
	for product, price := range prices {
		c.Prices[product] = price
	}
	if err := checkCatalogue(date, sizes, regions, prices); err != nil {
		return nil, err
	}
	sort.Slice(c.Sizes, func(i, j int) bool { return cheaper(c.Sizes[i], c.Sizes[j]) })
	for i, size := range c.Sizes {
		c.bySlug[size.Slug] = i
	}
	return c, nil
}

// cheaper orders sizes by price, those without a price last, then by slug.
func cheaper(a, b Size) bool {
	if a.Monthly.Known() != b.Monthly.Known() {
		return a.Monthly.Known()
	}
	if order := a.Monthly.Amount.Decimal.Cmp(b.Monthly.Amount.Decimal); order != 0 {
		return order < 0
	}
	return a.Slug < b.Slug
}

// Size returns the size with the slug.
func (c *Catalogue) Size(slug string) (Size, bool) {
	i, ok := c.bySlug[slug]
	if !ok {
		return Size{}, false
	}
	return c.Sizes[i], true
}

// Region returns the open region with the slug.
func (c *Catalogue) Region(slug string) (Region, bool) {
	for _, region := range c.Regions {
		if region.Slug == slug {
			return region, true
		}
	}
	return Region{}, false
}

// SizesIn returns the sizes that the region sells or may sell (see Availability),
// ordered by price.
func (c *Catalogue) SizesIn(region string) []Size {
	var sizes []Size
	for _, size := range c.Sizes {
		if size.In(region) != NotSold {
			sizes = append(sizes, size)
		}
	}
	return sizes
}

// Price returns the price of a product; a product without one has no price.
func (c *Catalogue) Price(product Product) Price {
	if price, ok := c.Prices[product]; ok {
		return price
	}
	return Price{Unit: "?", Source: "not in the catalogue"}
}

// DefaultCatalogue returns the embedded catalogue. It is shared and read-only.
func DefaultCatalogue() *Catalogue { return defaultCatalogue() }

var defaultCatalogue = sync.OnceValue(func() *Catalogue {
	c, err := loadEmbedded()
	if err != nil {
		// The data is part of the program and a test loads it.
		panic(fmt.Errorf("embedded catalogue: %w", err))
	}
	return c
})

func loadEmbedded() (*Catalogue, error) {
	var (
		sizes struct {
			Date  string `json:"date"`
			Sizes []Size `json:"sizes"`
		}
		regions struct {
			Regions []Region `json:"regions"`
		}
		prices struct {
			Prices map[Product]Price `json:"prices"`
		}
	)
	for name, into := range map[string]any{"sizes": &sizes, "regions": &regions, "prices": &prices} {
		raw, err := embedded.ReadFile("catalogue/" + name + ".json")
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return NewCatalogue(sizes.Date, sizes.Sizes, regions.Regions, prices.Prices)
}
