// Package pages reads lists of DigitalOcean's API to their end.
package pages

import (
	"fmt"

	"github.com/digitalocean/godo"
)

// perPage is the most entries that the API returns per page.
const perPage = 200

// maxPages bounds the pages that are read, should a server never stop giving more.
const maxPages = 50

// All returns every entry of a list. The error names what was listed.
func All[T any](what string, list func(*godo.ListOptions) ([]T, *godo.Response, error)) ([]T, error) {
	var all []T
	for page := 1; page <= maxPages; page++ {
		entries, response, err := list(&godo.ListOptions{Page: page, PerPage: perPage})
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", what, err)
		}
		all = append(all, entries...)
		if response == nil || response.Links == nil || response.Links.IsLastPage() {
			return all, nil
		}
	}
	return nil, fmt.Errorf("listing %s: more than %d pages", what, maxPages)
}
