package e2e_test

import (
	"strings"

	"github.com/stretchr/testify/require"
)

func (c cloud) names() {
	balancers, _, err := c.LoadBalancers.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	byAddress := map[string]string{}
	for _, lb := range balancers {
		byAddress[lb.IP] = strings.TrimPrefix(lb.Name, "gomeet-prod-")
	}
	records, _, err := c.Domains.Records(c.t.Context(), "gomeet.example", everything)
	require.NoError(c.t, err)
	names := map[string]string{}
	for _, r := range records {
		switch r.Type {
		case "A":
			names[r.Name] = byAddress[r.Data]
			require.Equal(c.t, 60, r.TTL)
		case "CNAME":
			require.Equal(c.t, "recordings", r.Name)
			require.True(c.t, strings.HasSuffix(strings.TrimSuffix(r.Data, "."), ".cdn.digitaloceanspaces.com"))
		case "CAA":
			require.Equal(c.t, "issue", r.Tag)
			require.Equal(c.t, "letsencrypt.org", strings.TrimSuffix(r.Data, "."))
		case "TXT":
			require.Equal(c.t, "_gomeet", r.Name)
			require.True(c.t, strings.HasPrefix(r.Data, "id:"))
		}
	}
	require.Equal(c.t, map[string]string{
		"api": "singapore-web", "api.singapore": "singapore-web",
		"ws": "singapore-websocket", "rtc": "singapore-websocket", "ws.singapore": "singapore-websocket", "rtc.singapore": "singapore-websocket",
		"api.jakarta": "jakarta-edge", "ws.jakarta": "jakarta-edge", "rtc.jakarta": "jakarta-edge",
	}, names)
	certificates, _, err := c.Certificates.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	require.Len(c.t, certificates, 3, "a site each, and the recordings")
	for _, certificate := range certificates {
		require.Equal(c.t, "verified", certificate.State)
		require.Equal(c.t, "lets_encrypt", certificate.Type)
	}
}

func (c cloud) watches() {
	checks, _, err := c.UptimeChecks.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	targets := map[string]string{}
	for _, check := range checks {
		require.True(c.t, check.Enabled)
		require.ElementsMatch(c.t, []string{"se_asia", "eu_west"}, check.Regions)
		targets[check.Name] = check.Target
		alerts, _, err := c.UptimeChecks.ListAlerts(c.t.Context(), check.ID, everything)
		require.NoError(c.t, err)
		require.Len(c.t, alerts, 2, "down, and the certificate ends")
	}
	require.Equal(c.t, map[string]string{
		"gomeet-prod-singapore-web":       "https://api.singapore.gomeet.example/health",
		"gomeet-prod-singapore-websocket": "https://ws.singapore.gomeet.example/health",
		"gomeet-prod-jakarta-edge":        "https://api.jakarta.gomeet.example/health",
	}, targets)
	policies, _, err := c.Monitoring.ListAlertPolicies(c.t.Context(), everything)
	require.NoError(c.t, err)
	require.Len(c.t, policies, 3*10+3, "CPU, memory and disk of ten pools, connections of three load balancers")
	for _, policy := range policies {
		require.True(c.t, policy.Enabled)
		require.Equal(c.t, []string{"oncall@gomeet.example"}, policy.Alerts.Email)
		require.Len(c.t, append(policy.Tags, policy.Entities...), 1)
	}
}

func (c cloud) project() {
	projects, _, err := c.Projects.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	for _, p := range projects {
		if p.Name != "gomeet-prod" {
			continue
		}
		require.Equal(c.t, "Production", p.Environment)
		require.Contains(c.t, p.Description, "id:")
		members, _, err := c.Projects.ListResources(c.t.Context(), p.ID, everything)
		require.NoError(c.t, err)
		kinds := map[string]int{}
		for _, m := range members {
			kinds[strings.Split(m.URN, ":")[1]]++
		}
		require.Equal(c.t, map[string]int{"kubernetes": 2, "loadbalancer": 4, "space": 3, "domain": 1}, kinds)
		return
	}
	require.Fail(c.t, "there is no project gomeet-prod")
}
