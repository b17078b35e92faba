package api

import (
	"net/http"
	"net/url"
	"strconv"
)

// The bounds of per_page: the parameter's description in DigitalOcean's OpenAPI
// document (specification/shared/parameters.yml, "per_page").
const (
	defaultPerPage = 20
	maxPerPage     = 200
)

// paged answers 200 with one page of items under key, and the links and meta
// that every list of the API carries. A page after the last one is empty.
func paged[T any](c *call, key string, items []T) (reply, error) {
	page, err := positive(c.query("page"), "page", 1)
	if err != nil {
		return reply{}, err
	}
	per, err := positive(c.query("per_page"), "per_page", defaultPerPage)
	if err != nil {
		return reply{}, err
	}
	per = min(per, maxPerPage)
	total := len(items)
	last := max(1, (total+per-1)/per)
	part := []T{}
	if page <= last {
		part = append(part, items[(page-1)*per:min(page*per, total)]...)
	}
	links := map[string]any{}
	if pages := pageLinks(c.r, page, last); len(pages) > 0 {
		links["pages"] = pages
	}
	return reply{status: http.StatusOK, body: map[string]any{
		key:     part,
		"links": links,
		"meta":  map[string]int{"total": total},
	}}, nil
}

func pageLinks(r *http.Request, page, last int) map[string]string {
	link := func(n int) string {
		u := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		u.RawQuery = q.Encode()
		return u.String()
	}
	pages := map[string]string{}
	if page > 1 {
		pages["first"] = link(1)
		pages["prev"] = link(page - 1)
	}
	if page < last {
		pages["next"] = link(page + 1)
		pages["last"] = link(last)
	}
	return pages
}

func positive(text, name string, standard int) (int, error) {
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	// The upper bound keeps page*per_page far from overflowing.
	if err != nil || n < 1 || n > 1<<31 {
		return 0, badRequest("%s is %q, want a whole number of at least 1.", name, text)
	}
	return n, nil
}
