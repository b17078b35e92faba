package refresh_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/refresh"
	"github.com/gomeet/infra/sizing"
)

// api serves the handler as DigitalOcean's API.
func api(t *testing.T, handler http.HandlerFunc) *godo.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := godo.NewClient(nil)
	base, err := url.Parse(server.URL + "/")
	require.NoError(t, err)
	client.BaseURL = base
	return client
}

const size = `{"slug":%q,"memory":32768,"vcpus":16,"disk":200,"transfer":7.0,"price_monthly":336.0,"regions":["sgp1"],"available":true}`

func TestCatalogue(t *testing.T) {
	var asked []string
	client := api(t, func(w http.ResponseWriter, r *http.Request) {
		page := r.URL.Query().Get("page")
		asked = append(asked, r.URL.Path+"?"+page)
		switch {
		case r.URL.Path == "/v2/regions":
			fmt.Fprint(w, `{"regions":[{"slug":"sgp1","name":"Singapore 1","available":true},{"slug":"nyc2","name":"New York 2","available":false}]}`)
		case page == "1":
			fmt.Fprintf(w, `{"sizes":[`+size+`],"links":{"pages":{"next":"http://%s/v2/sizes?page=2","last":"http://%s/v2/sizes?page=2"}}}`, "c-16", r.Host, r.Host)
		default:
			fmt.Fprintf(w, `{"sizes":[`+size+`],"links":{"pages":{"prev":"http://%s/v2/sizes?page=1"}}}`, "g-16vcpu-64gb", r.Host)
		}
	})
	base := sizing.DefaultCatalogue()
	c, err := refresh.Catalogue(t.Context(), client, base, "2026-11-24")
	require.NoError(t, err)
	require.Equal(t, []string{"/v2/sizes?1", "/v2/sizes?2", "/v2/regions?1"}, asked)
	require.Len(t, c.Sizes, 2)
	require.Len(t, c.Regions, 1)
	got, ok := c.Size("c-16")
	require.True(t, ok)
	require.Equal(t, sizing.Sold, got.In("sgp1"))
	require.Equal(t, "336", got.Monthly.Amount.Decimal.String())
	require.Equal(t, "7000", got.TransferGiB.Decimal.String())
}

func TestErrors(t *testing.T) {
	for name, path := range map[string]string{"listing sizes": "/v2/sizes", "listing regions": "/v2/regions"} {
		t.Run(name, func(t *testing.T) {
			client := api(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == path {
					w.WriteHeader(http.StatusUnauthorized)
				}
				fmt.Fprint(w, `{}`)
			})
			_, err := refresh.Catalogue(t.Context(), client, sizing.DefaultCatalogue(), "2026-11-24")
			require.ErrorContains(t, err, name)
		})
	}
	t.Run("a server without end", func(t *testing.T) {
		client := api(t, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"sizes":[],"links":{"pages":{"next":"http://%s/v2/sizes?page=2","last":"http://%s/v2/sizes?page=9"}}}`, r.Host, r.Host)
		})
		_, err := refresh.Sizes(t.Context(), client)
		require.ErrorContains(t, err, "more than 50 pages")
	})
}
