package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/api"
)

func TestErrorAnswers(t *testing.T) {
	s := start(t)
	for _, tc := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		id, message              string
	}{
		{"no token", "GET", "/v2/account", "", []string{"Authorization", ""}, 401, "unauthorized", "Unable to authenticate you"},
		{"empty token", "GET", "/v2/account", "", []string{"Authorization", "Bearer "}, 401, "unauthorized", "Unable to authenticate you"},
		{"basic auth", "GET", "/v2/account", "", []string{"Authorization", "Basic eDp5"}, 401, "unauthorized", "Unable to authenticate you"},
		{"unknown path", "GET", "/v2/nothing", "", nil, 404, "not_found", "could not be found"},
		{"unknown method", "DELETE", "/v2/account", "", nil, 405, "method_not_allowed", "DELETE"},
		{"unknown VPC", "GET", "/v2/vpcs/none", "", nil, 404, "not_found", "could not be found"},
		{"word for a number", "GET", "/v2/droplets/none", "", nil, 404, "not_found", "could not be found"},
		{"no body", "POST", "/v2/vpcs", "", nil, 400, "bad_request", "no body"},
		{"broken body", "POST", "/v2/vpcs", "{", nil, 400, "bad_request", "Unable to parse"},
		{"broken page", "GET", "/v2/sizes?page=x", "", nil, 400, "bad_request", "page is \"x\""},
		{"negative per_page", "GET", "/v2/sizes?per_page=-1", "", nil, 400, "bad_request", "per_page is \"-1\""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, header, body := s.raw(tc.method, tc.path, tc.body, tc.header...)
			require.Equal(t, tc.status, status, body)
			var answer map[string]string
			require.NoError(t, json.Unmarshal([]byte(body), &answer))
			require.Equal(t, tc.id, answer["id"])
			require.Contains(t, answer["message"], tc.message)
			require.Equal(t, header.Get("X-Request-Id"), answer["request_id"])
			require.NotEmpty(t, answer["request_id"])
		})
	}
}

func TestPagination(t *testing.T) {
	s := start(t)
	var got []string
	opt := &godo.ListOptions{PerPage: 25}
	pages := 0
	for {
		list, resp, err := s.client.Sizes.List(ctx, opt)
		require.NoError(t, err)
		require.Equal(t, 57, resp.Meta.Total) // rows of data/do-sizes.json
		for _, size := range list {
			got = append(got, size.Slug)
		}
		pages++
		if resp.Links.IsLastPage() {
			break
		}
		page, err := resp.Links.CurrentPage()
		require.NoError(t, err)
		require.Equal(t, pages, page)
		opt.Page = page + 1
	}
	require.Equal(t, 3, pages)
	all, resp, err := s.client.Sizes.List(ctx, &godo.ListOptions{PerPage: 1000})
	require.NoError(t, err)
	require.Nil(t, resp.Links.Pages)
	require.Len(t, all, 57)
	for i, size := range all {
		require.Equal(t, size.Slug, got[i])
	}
	beyond, _, err := s.client.Sizes.List(ctx, &godo.ListOptions{Page: 9, PerPage: 25})
	require.NoError(t, err)
	require.Empty(t, beyond)
}

func TestRateLimit(t *testing.T) {
	s := start(t, func(c *api.Config) { c.RateLimit = api.RateLimit{Hourly: 2, Enforce: true} })
	for _, remaining := range []string{"1", "0"} {
		status, header, _ := s.raw("GET", "/v2/account", "")
		require.Equal(t, 200, status)
		require.Equal(t, "2", header.Get("Ratelimit-Limit"))
		require.Equal(t, remaining, header.Get("Ratelimit-Remaining"))
		require.NotEmpty(t, header.Get("Ratelimit-Reset"))
	}
	_, _, err := s.client.Account.Get(ctx)
	requireStatus(t, err, http.StatusTooManyRequests, "API rate limit exceeded.")
	_, header, _ := s.raw("GET", "/v2/account", "")
	require.NotEmpty(t, header.Get("Retry-After"))
}

func TestRateLimitIsOnlyCountedByDefault(t *testing.T) {
	s := start(t, func(c *api.Config) { c.RateLimit = api.RateLimit{Hourly: 1} })
	for range 3 {
		_, resp, err := s.client.Account.Get(ctx)
		require.NoError(t, err)
		require.Equal(t, 0, resp.Rate.Remaining)
	}
}

func TestStaticData(t *testing.T) {
	s := start(t)
	account, _, err := s.client.Account.Get(ctx)
	require.NoError(t, err)
	require.Equal(t, "active", account.Status)

	regions, _, err := s.client.Regions.List(ctx, &godo.ListOptions{PerPage: 200})
	require.NoError(t, err)
	open := map[string]bool{}
	for _, r := range regions {
		open[r.Slug] = r.Available
		require.Equal(t, r.Available, len(r.Sizes) > 0)
	}
	require.Len(t, open, 15)
	require.True(t, open["sgp1"])
	require.False(t, open["ams2"])

	sizes, _, err := s.client.Sizes.List(ctx, &godo.ListOptions{PerPage: 200})
	require.NoError(t, err)
	bySlug := map[string]godo.Size{}
	for _, size := range sizes {
		bySlug[size.Slug] = size
	}
	require.InDelta(t, 504, bySlug["g-16vcpu-64gb"].PriceMonthly, 0)
	require.Equal(t, 65536, bySlug["g-16vcpu-64gb"].Memory)
	require.Equal(t, "General Purpose", bySlug["g-16vcpu-64gb"].Description)
	require.Equal(t, "CPU-Optimized 2x SSD", bySlug["c2-2vcpu-4gb"].Description)

	options, _, err := s.client.Kubernetes.GetOptions(ctx)
	require.NoError(t, err)
	require.Equal(t, "1.35.4-do.0", options.Versions[0].Slug)
	require.Len(t, options.Versions, 3)
	require.Len(t, options.Regions, 13)
}

func TestRequestLog(t *testing.T) {
	var file bytes.Buffer
	s := start(t, func(c *api.Config) { c.RequestLog = &file })
	s.cluster(clusterRequest("one"))
	_, _, err := s.client.VPCs.Get(ctx, "none")
	require.Error(t, err)
	_, _, body := s.raw("GET", "/sandbox/requests", "")
	var got struct {
		Requests []api.Request `json:"requests"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	first, last := got.Requests[0], got.Requests[len(got.Requests)-1]
	require.Equal(t, "POST", first.Method)
	require.Equal(t, "/v2/kubernetes/clusters", first.Path)
	require.Equal(t, 201, first.Status)
	require.Equal(t, 404, last.Status)
	require.NotEmpty(t, last.RequestID)
	require.Len(t, strings.Split(strings.TrimSpace(file.String()), "\n"), len(got.Requests))
	require.NotContains(t, file.String(), token)
	require.NotContains(t, file.String(), "dop_v1_")
}

func TestHealth(t *testing.T) {
	s := start(t, func(c *api.Config) { c.SpacesEndpoint = "http://127.0.0.1:9000" })
	status, _, body := s.raw("GET", "/sandbox/health", "", "Authorization", "")
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"status":"ok","spaces_endpoint":"http://127.0.0.1:9000"}`, body)
}

func TestDelaysEndpoint(t *testing.T) {
	s := start(t)
	s.sandboxPut("/sandbox/delays", map[string]string{"vpc_peering": "1m30s"})
	_, _, body := s.raw("GET", "/sandbox/delays", "")
	require.Contains(t, body, `"vpc_peering":"1m30s"`)
	for _, tc := range []struct{ name, body, message string }{
		{"unknown kind", `{"cofee":"1s"}`, `delay \"cofee\" is not known`},
		{"no duration", `{"cluster":"soon"}`, `delay \"cluster\" is \"soon\"`},
		{"negative", `{"cluster":"-1s"}`, `delay \"cluster\" is \"-1s\"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, _, body := s.raw("PUT", "/sandbox/delays", tc.body)
			require.GreaterOrEqual(t, status, 400)
			require.Contains(t, body, tc.message)
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, message string
		change        func(*api.Config)
	}{
		{"no store", "Config.Store is nil", func(c *api.Config) { c.Store = nil }},
		{"no planes", "Config.Planes is nil", func(c *api.Config) { c.Planes = nil }},
		{"unknown delay", `delay "tea" is not known`, func(c *api.Config) { c.Delay = api.Delays{"tea": 1} }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := start(t)
			cfg := s.cfg
			tc.change(&cfg)
			_, err := api.New(cfg)
			require.ErrorContains(t, err, tc.message)
		})
	}
}
