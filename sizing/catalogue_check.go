package sizing

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// Bounds of what a catalogue may say. They are far above anything sold in 2026 and
// keep every later sum inside its type.
const (
	maxVCPUs       = 1 << 10
	maxMemoryMiB   = 1 << 24
	maxDiskGiB     = 1 << 20
	maxTransferGiB = 1 << 24
	maxPriceUSD    = 1_000_000
)

func checkCatalogue(date string, sizes []Size, regions []Region, prices map[Product]Price) error {
	var problems []error
	bad := func(field string, value any, allowed string) {
		problems = append(problems, &FieldError{Field: field, Value: fmt.Sprintf("%v", value), Allowed: allowed})
	}
	if _, err := time.Parse("2006-01-02", date); err != nil {
		bad("catalogue.date", date, "a date such as 2026-11-23")
	}
	seen := map[string]bool{}
	for i, size := range sizes {
		field := fmt.Sprintf("catalogue.sizes[%d %s]", i, size.Slug)
		switch {
		case size.Slug == "":
			bad(field+".slug", "", "a slug")
		case seen[size.Slug]:
			bad(field+".slug", size.Slug, "listed once")
		}
		seen[size.Slug] = true
		if size.Family == "" {
			bad(field+".family", "", "a Droplet plan such as "+FamilyBasic)
		}
		inRange(bad, field+".vcpus", size.VCPUs, 1, maxVCPUs)
		inRange(bad, field+".memory_mib", size.MemoryMiB, 256, maxMemoryMiB)
		inRange(bad, field+".disk_gib", size.DiskGiB, 0, maxDiskGiB)
		checkPrice(bad, field+".monthly", size.Monthly)
		if t := size.TransferGiB; t.Valid && !within(t.Decimal, maxTransferGiB) {
			bad(field+".transfer_gib", text(t.Decimal), fmt.Sprintf("between 0 and %d, to eight places", maxTransferGiB))
		}
	}
	slugs := map[string]bool{}
	for i, region := range regions {
		if region.Slug == "" || slugs[region.Slug] {
			bad(fmt.Sprintf("catalogue.regions[%d].slug", i), region.Slug, "a slug listed once")
		}
		slugs[region.Slug] = true
	}
	for _, product := range sortedProducts(prices) {
		checkPrice(bad, "catalogue.prices."+string(product), prices[product])
	}
	return errors.Join(problems...)
}

func checkPrice(bad func(string, any, string), field string, price Price) {
	if price.Known() && !within(price.Amount.Decimal, maxPriceUSD) {
		bad(field, text(price.Amount.Decimal), fmt.Sprintf("between 0 and %d US dollars, to eight places", maxPriceUSD))
	}
}

// within reports whether a decimal lies between 0 and a limit, to eight places. It
// looks at the exponent first: comparing 1e999999999 would write out all its digits.
func within(d decimal.Decimal, limit int) bool {
	return sane(d) && !d.IsNegative() && !d.GreaterThan(whole(limit))
}

func sane(d decimal.Decimal) bool {
	const places, digits = 8, 30
	return d.Exponent() >= -places && d.Exponent() <= digits && d.NumDigits() <= digits
}

// text writes a decimal that may be insane.
func text(d decimal.Decimal) string {
	if !sane(d) {
		return fmt.Sprintf("a number with exponent %d", d.Exponent())
	}
	return d.String()
}

func inRange(bad func(string, any, string), field string, n, low, high int) {
	if n < low || n > high {
		bad(field, n, fmt.Sprintf("between %d and %d", low, high))
	}
}
