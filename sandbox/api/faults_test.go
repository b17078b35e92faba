package api_test

import (
	"encoding/json"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/api"
)

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		name   string
		rule   api.FaultRule
		status int // 0: the connection is cut
		exists bool
	}{
		{"409", api.FaultRule{Kind: api.Fault409}, 409, false},
		{"429", api.FaultRule{Kind: api.Fault429, RetryAfter: 7}, 429, false},
		{"500", api.FaultRule{Kind: api.Fault500}, 500, false},
		{"503", api.FaultRule{Kind: api.Fault503}, 503, false},
		{"timeout", api.FaultRule{Kind: api.FaultTimeout, Hold: "1ms"}, 0, false},
		{"drop after commit", api.FaultRule{Kind: api.FaultDropAfterCommit}, 0, true},
		{"error after commit", api.FaultRule{Kind: api.FaultErrorAfterCommit}, 500, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := start(t)
			tc.rule.Method, tc.rule.Path, tc.rule.Count = "post", "/v2/vpcs", 1
			s.sandboxPut("/sandbox/faults", api.Faults{Rules: []api.FaultRule{tc.rule}})

			_, resp, err := s.client.VPCs.Create(ctx, &godo.VPCCreateRequest{Name: "one", RegionSlug: "sgp1"})
			require.Error(t, err)
			if tc.status != 0 {
				requireStatus(t, err, tc.status, "The sandbox was told")
			}
			if tc.rule.RetryAfter > 0 {
				require.Equal(t, "7", resp.Header.Get("Retry-After"))
			}
			exists := s.inventory().Kinds["vpcs"].Count == 1
			require.Equal(t, tc.exists, exists)

			// The rule has fired once, and that was its count.
			_, _, err = s.client.VPCs.Create(ctx, &godo.VPCCreateRequest{Name: "two", RegionSlug: "sgp1"})
			require.NoError(t, err)
			_, _, body := s.raw("GET", "/sandbox/requests", "")
			require.Contains(t, body, `"fault":"`+tc.rule.Kind+`"`)
			_, _, body = s.raw("GET", "/sandbox/faults", "")
			require.Contains(t, body, `"fired":1`)
		})
	}
}

// outcomes returns which of n requests fail under a seed.
func outcomes(t *testing.T, seed uint64, n int) []bool {
	s := start(t)
	p := 0.5
	s.sandboxPut("/sandbox/faults", api.Faults{Seed: seed, Rules: []api.FaultRule{{Kind: api.Fault500, Probability: &p}}})
	var failed []bool
	for range n {
		_, _, err := s.client.Account.Get(ctx)
		failed = append(failed, err != nil)
	}
	return failed
}

func TestFaultsAreSeeded(t *testing.T) {
	first := outcomes(t, 1, 40)
	require.Equal(t, first, outcomes(t, 1, 40))
	require.NotEqual(t, first, outcomes(t, 2, 40))
	require.Contains(t, first, true)
	require.Contains(t, first, false)
}

func TestFaultsCanBeCleared(t *testing.T) {
	s := start(t)
	s.sandboxPut("/sandbox/faults", api.Faults{Rules: []api.FaultRule{{Kind: api.Fault500}}})
	_, _, err := s.client.Account.Get(ctx)
	requireStatus(t, err, 500, "told to fail")
	status, _, _ := s.raw("DELETE", "/sandbox/faults", "")
	require.Equal(t, 204, status)
	_, _, err = s.client.Account.Get(ctx)
	require.NoError(t, err)
}

func TestFaultRulesAreChecked(t *testing.T) {
	s := start(t)
	big := 1.5
	for _, tc := range []struct {
		name, message string
		rule          api.FaultRule
	}{
		{"kind", `kind is "earthquake"`, api.FaultRule{Kind: "earthquake"}},
		{"path", `path "(" is no regular expression`, api.FaultRule{Kind: api.Fault500, Path: "("}},
		{"probability", "probability is 1.5", api.FaultRule{Kind: api.Fault500, Probability: &big}},
		{"hold", `hold is "long"`, api.FaultRule{Kind: api.FaultTimeout, Hold: "long"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data, err := json.Marshal(api.Faults{Rules: []api.FaultRule{tc.rule}})
			require.NoError(t, err)
			status, _, body := s.raw("PUT", "/sandbox/faults", string(data))
			require.Equal(t, 422, status)
			var answer map[string]string
			require.NoError(t, json.Unmarshal([]byte(body), &answer))
			require.Contains(t, answer["message"], "rules[0]: "+tc.message)
		})
	}
}
