package account_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/account"
)

// answers is an account as DigitalOcean's API shows it.
var answers = map[string]string{
	"/v2/account":             `{"account":{"droplet_limit":25}}`,
	"/v2/regions":             `{"regions":[{"slug":"sgp1","available":true,"sizes":["c-4"]},{"slug":"nyc2"}]}`,
	"/v2/kubernetes/options":  `{"options":{"versions":[{"slug":"1.35.4-do.0"}],"sizes":[{"slug":"c-4"}]}}`,
	"/v2/droplets":            `{"droplets":[{"id":1,"tags":["id:a"]}]}`,
	"/v2/kubernetes/clusters": `{"kubernetes_clusters":[{"id":"k","name":"one","version":"1.35.4-do.0"}]}`,
	"/v2/vpcs":                `{"vpcs":[{"id":"v","name":"net","ip_range":"10.0.0.0/20"}]}`,
	"/v2/vpc_peerings":        `{"vpc_peerings":[{"id":"x","vpc_ids":["v","w"]}]}`,
	"/v2/load_balancers":      `{"load_balancers":[{"id":"l","name":"web"}]}`,
	"/v2/projects":            `{"projects":[{"id":"p","name":"meet"}]}`,
	"/v2/registry":            `{"registry":{"name":"images"}}`,
	"/v2/domains/a.test":      `{"domain":{"name":"a.test"}}`,
	"/v2/domains/a.test/records": `{"domain_records":[{"type":"NS","name":"@","data":"ns1"},{"type":"TXT","name":"_gomeet","data":"id:a"},
		{"type":"A","name":"@","data":"192.0.2.1"}]}`,
}

// serve answers like an account; changed answers replace the others, "" is a 404.
func serve(t *testing.T, changed map[string]string) (endpoint string, requests *[]string) {
	t.Helper()
	requests = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*requests = append(*requests, r.Method+" "+r.URL.Path)
		body, known := answers[r.URL.Path]
		if other, ok := changed[r.URL.Path]; ok {
			body = other
		}
		switch {
		case r.Header.Get("Authorization") != "Bearer token":
			w.WriteHeader(http.StatusUnauthorized)
			body = `{"message":"Unable to authenticate you"}`
		case !known || body == "":
			w.WriteHeader(http.StatusNotFound)
			body = `{"message":"not found"}`
		case body == "broken":
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func read(t *testing.T, endpoint, token string) (*account.Snapshot, error) {
	t.Helper()
	client, real, err := account.NewClient(endpoint, token)
	require.NoError(t, err)
	require.False(t, real)
	return account.Read(t.Context(), client, "a.test")
}

func TestRead(t *testing.T) {
	endpoint, requests := serve(t, nil)
	s, err := read(t, endpoint, "token")
	require.NoError(t, err)
	require.Equal(t, 25, s.DropletLimit)
	region, ok := s.Region("sgp1")
	require.True(t, ok)
	require.Equal(t, []string{"c-4"}, region.Sizes)
	_, ok = s.Region("jkt1")
	require.False(t, ok)
	require.Equal(t, []string{"1.35.4-do.0"}, s.Versions)
	require.Equal(t, []string{"c-4"}, s.NodeSizes)
	require.Equal(t, []string{"id:a"}, s.Droplets[0].Tags)
	require.Equal(t, "one", s.Clusters[0].Name)
	require.Equal(t, "10.0.0.0/20", s.VPCs[0].IPRange)
	require.Equal(t, "web", s.LoadBalancers[0].Name)
	require.Equal(t, "meet", s.Projects[0].Name)
	require.True(t, s.Registry)
	require.Equal(t, 2, s.ZoneRecords, "name servers do not count")
	require.Equal(t, map[string][]string{"_gomeet": {"id:a"}}, s.ZoneTexts)
	for _, request := range *requests {
		require.True(t, strings.HasPrefix(request, "GET "), "it only reads: %s", request)
	}
}

func TestReadOfAnEmptyAccount(t *testing.T) {
	endpoint, _ := serve(t, map[string]string{"/v2/registry": "", "/v2/domains/a.test": ""})
	s, err := read(t, endpoint, "token")
	require.NoError(t, err)
	require.False(t, s.Registry)
	require.Zero(t, s.ZoneRecords)
}

// Whatever cannot be read is named.
func TestReadFails(t *testing.T) {
	for path, want := range map[string]string{
		"/v2/account": "reading the account", "/v2/regions": "listing regions", "/v2/kubernetes/options": "options of Kubernetes",
		"/v2/droplets": "listing Droplets", "/v2/kubernetes/clusters": "listing clusters", "/v2/vpcs": "listing VPCs", "/v2/vpc_peerings": "listing VPC peerings",
		"/v2/load_balancers": "listing load balancers", "/v2/projects": "listing projects", "/v2/registry": "container registry",
		"/v2/domains/a.test": "DNS zone a.test", "/v2/domains/a.test/records": "listing records of a.test",
	} {
		t.Run(path, func(t *testing.T) {
			endpoint, _ := serve(t, map[string]string{path: "broken"})
			_, err := read(t, endpoint, "token")
			require.ErrorContains(t, err, want)
		})
	}
}

func TestReadWithAWrongToken(t *testing.T) {
	endpoint, _ := serve(t, nil)
	_, err := read(t, endpoint, "secret-token")
	require.ErrorContains(t, err, "set DIGITALOCEAN_TOKEN")
	require.NotContains(t, err.Error(), "secret-token")
}

func TestNewClient(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"https://api.digitalocean.com": true, "http://127.0.0.1:8730": false, "http://localhost:1": false, "http://[::1]:80/": false,
	} {
		_, real, err := account.NewClient(endpoint, "t")
		require.NoError(t, err)
		require.Equal(t, want, real, endpoint)
	}
	for _, endpoint := range []string{"", "api.digitalocean.com", "http://%zz"} {
		_, _, err := account.NewClient(endpoint, "t")
		require.ErrorContains(t, err, "digitalocean:apiEndpoint", endpoint)
	}
}
