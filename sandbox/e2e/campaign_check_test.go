package e2e_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"
)

// stated is a resource of the stack's state.
type stated struct {
	URN    string         `json:"urn"`
	Type   string         `json:"type"`
	ID     string         `json:"id"`
	Inputs map[string]any `json:"inputs"`
}

// state reads the stack's state.
func (c *campaign) state() []stated {
	c.t.Helper()
	var export struct {
		Deployment struct {
			Resources []stated `json:"resources"`
		} `json:"deployment"`
	}
	require.NoError(c.t, json.Unmarshal([]byte(c.must("pulumi stack export --stack dev")), &export))
	return export.Deployment.Resources
}

// durable lists what holds data, or costs hours to make again, as type and id.
func (c *campaign) durable() []string {
	c.t.Helper()
	ids := []string{}
	for _, r := range c.state() {
		kind := r.Type[strings.LastIndex(r.Type, ":")+1:]
		data := kind == "KubernetesNodePool" && (strings.Contains(r.URN, "-pg") || strings.Contains(r.URN, "-minio") || strings.Contains(r.URN, "-redis"))
		switch kind {
		case "Vpc", "KubernetesCluster", "SpacesBucket", "Domain", "LoadBalancer", "PersistentVolumeClaim", "StatefulSet":
			data = true
		}
		if data {
			ids = append(ids, kind+" "+r.ID)
		}
	}
	return ids
}

// counted maps what the sandbox counts to the state's types.
var counted = map[string]string{
	"vpcs": "Vpc", "load_balancers": "LoadBalancer", "firewalls": "Firewall", "domains": "Domain", "certificates": "Certificate",
	"alert_policies": "MonitorAlert", "uptime_checks": "UptimeCheck", "spaces_keys": "SpacesKey", "spaces_buckets": "SpacesBucket",
	"cdn_endpoints": "Cdn", "projects": "Project", "kubernetes_clusters": "KubernetesCluster", "node_pools": "KubernetesNodePool",
	"vpc_peerings": "VpcPeering", "dns_records": "DnsRecord", "uptime_alerts": "UptimeAlert",
}

// settled requires that cloud and state agree to the last resource, and that there is
// nothing left to do.
func (c *campaign) settled(what operation) {
	c.t.Helper()
	want, pools := map[string]int{}, 0
	for _, r := range c.state() {
		if !strings.HasPrefix(r.Type, "digitalocean:") {
			continue
		}
		kind := r.Type[strings.LastIndex(r.Type, ":")+1:]
		want[kind]++
		if kind == "KubernetesCluster" {
			pools++ // its default pool is no resource of its own
		}
	}
	have := c.inventory()
	for name, kind := range counted {
		expected := want[kind]
		if kind == "KubernetesNodePool" {
			expected += pools
		}
		require.Equal(c.t, expected, have[name], "%s in the cloud and in the state", name)
	}
	if what == destroy {
		for name, n := range have {
			require.Zero(c.t, n, name)
		}
		return
	}
	output, err := c.shell("pulumi preview --refresh --expect-no-changes --stack dev --non-interactive")
	require.NoError(c.t, err, "there is something left to do:\n%s", output)
}

// inventory counts what exists, also what the sandbox's own inventory leaves out.
func (c *campaign) inventory() map[string]int {
	c.t.Helper()
	var have map[string]int
	require.NoError(c.t, json.Unmarshal([]byte(c.w.run(c.w.tool("gomeet-sandbox"), "inventory", "--json")), &have))
	client, ctx := c.cloud, context.Background()
	zones, _, err := client.Domains.List(ctx, everything)
	require.NoError(c.t, err)
	for _, zone := range zones {
		records, _, err := client.Domains.Records(ctx, zone.Name, everything)
		require.NoError(c.t, err)
		for _, r := range records {
			if r.Type != "NS" && r.Type != "SOA" {
				have["dns_records"]++
			}
		}
	}
	checks, _, err := client.UptimeChecks.List(ctx, everything)
	require.NoError(c.t, err)
	for _, check := range checks {
		alerts, _, err := client.UptimeChecks.ListAlerts(ctx, check.ID, everything)
		require.NoError(c.t, err)
		have["uptime_alerts"] += len(alerts)
	}
	return have
}

// configuredSecrets reads the stack's secrets, each as its longest line.
func (c *campaign) configuredSecrets() []string {
	c.t.Helper()
	var config map[string]struct {
		Value  string `json:"value"`
		Secret bool   `json:"secret"`
	}
	require.NoError(c.t, json.Unmarshal([]byte(c.must("pulumi config --json --show-secrets --stack dev")), &config))
	var secrets []string
	for _, v := range config {
		longest := ""
		for line := range strings.Lines(v.Value) {
			if line = strings.TrimSpace(line); len(line) > len(longest) {
				longest = line
			}
		}
		// A certificate is public; its key follows it in the same value, on shorter lines.
		if v.Secret && !strings.Contains(v.Value, "CERTIFICATE") {
			secrets = append(secrets, longest)
		}
	}
	require.NotEmpty(c.t, secrets)
	return secrets
}

// noSecrets looks for the secrets in what was printed, logged and kept.
func (c *campaign) noSecrets() {
	c.t.Helper()
	texts := map[string]string{"the output": c.output}
	for _, name := range []string{"sandbox.log", "requests.jsonl"} {
		text, err := os.ReadFile(filepath.Join(c.w.dir, name))
		require.NoError(c.t, err)
		texts[name] = string(text)
	}
	require.NoError(c.t, filepath.WalkDir(filepath.Join(c.w.dir, "state"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			var text []byte
			text, err = os.ReadFile(path)
			texts[path] = string(text)
		}
		return err
	}))
	for where, text := range texts {
		for i, secret := range c.secrets {
			require.False(c.t, strings.Contains(text, secret), "secret %d is in %s", i, where)
		}
	}
}
