package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"
)

//go:embed data/do-sizes.json
var sizeData []byte

// sizeRow is one row of data/do-sizes.json: a Droplet size as `doctl compute size
// list` printed it, with its source in the row. A value that the listing does not
// have, such as the included transfer, stays out of the API's answers too.
type sizeRow struct {
	Slug         string `json:"slug"`
	Family       string `json:"family"`
	VCPUs        int    `json:"vcpus"`
	MemoryMiB    int    `json:"memory_mib"`
	DiskGiB      int    `json:"disk_gib"`
	PriceMonthly string `json:"price_monthly_usd"`
	PriceHourly  string `json:"price_hourly_usd"`
}

func (s *Server) registerSizes() {
	s.get("/v2/sizes", func(c *call) (reply, error) { return paged(c, "sizes", s.sizes) })
}

// loadSizes converts the embedded data.
func loadSizes() ([]godo.Size, error) {
	var rows []sizeRow
	if err := json.Unmarshal(sizeData, &rows); err != nil {
		return nil, fmt.Errorf("reading the size data: %w", err)
	}
	var open []string
	for _, r := range regions {
		if r.Available {
			open = append(open, r.Slug)
		}
	}
	list := make([]godo.Size, len(rows))
	for i, row := range rows {
		monthly, err := strconv.ParseFloat(row.PriceMonthly, 64)
		if err != nil {
			return nil, fmt.Errorf("size %q: price_monthly_usd is %q, want a number", row.Slug, row.PriceMonthly)
		}
		hourly, err := strconv.ParseFloat(row.PriceHourly, 64)
		if err != nil {
			return nil, fmt.Errorf("size %q: price_hourly_usd is %q, want a number", row.Slug, row.PriceHourly)
		}
		list[i] = godo.Size{
			Slug:         row.Slug,
			Memory:       row.MemoryMiB,
			Vcpus:        row.VCPUs,
			Disk:         row.DiskGiB,
			PriceMonthly: monthly,
			PriceHourly:  hourly,
			Regions:      open,
			Available:    true,
			Description:  title(row.Family),
		}
	}
	return list, nil
}

// size returns the Droplet size with this slug, or a 422.
func (s *Server) size(slug string) (godo.Size, error) {
	for _, size := range s.sizes {
		if size.Slug == slug {
			return size, nil
		}
	}
	return godo.Size{}, invalid("size %q is invalid, see GET /v2/sizes for those on offer", slug)
}

func (s *Server) sizeSlugs() []string {
	slugs := make([]string, len(s.sizes))
	for i, size := range s.sizes {
		slugs[i] = size.Slug
	}
	return slugs
}

// title writes a family as the control panel does: "Basic", "CPU-Optimized".
func title(family string) string {
	words := strings.Fields(family)
	for i, word := range words {
		switch parts := strings.Split(word, "-"); {
		case word == "ssd":
			words[i] = "SSD"
		case len(parts) == 2 && parts[0] == "cpu":
			words[i] = "CPU-Optimized"
		default:
			for n, part := range parts {
				parts[n] = strings.ToUpper(part[:1]) + part[1:]
			}
			words[i] = strings.Join(parts, "-")
		}
	}
	return strings.Join(words, " ")
}
