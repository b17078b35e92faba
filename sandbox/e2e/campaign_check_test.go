package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// stated is a resource of the stack's state, with its secrets in clear.
type stated struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	ID      string         `json:"id"`
	Outputs map[string]any `json:"outputs"`
}

// state reads the stack's state, and notes the secrets that the cloud gave it.
func (c *campaign) state() []stated {
	c.t.Helper()
	var export struct {
		Deployment struct {
			Resources []stated          `json:"resources"`
			Pending   []json.RawMessage `json:"pending_operations"`
		} `json:"deployment"`
	}
	require.NoError(c.t, json.Unmarshal([]byte(c.must("pulumi stack export --show-secrets --stack "+c.stack)), &export))
	require.Empty(c.t, export.Deployment.Pending, "operations that were never finished")
	for _, r := range export.Deployment.Resources {
		c.noteSecrets(r)
	}
	return export.Deployment.Resources
}

// counted maps what the sandbox counts to the state's types.
var counted = map[string]string{
	"vpcs": "Vpc", "load_balancers": "LoadBalancer", "firewalls": "Firewall", "domains": "Domain", "certificates": "Certificate",
	"alert_policies": "MonitorAlert", "uptime_checks": "UptimeCheck", "spaces_keys": "SpacesKey", "spaces_buckets": "SpacesBucket",
	"cdn_endpoints": "Cdn", "projects": "Project", "kubernetes_clusters": "KubernetesCluster", "node_pools": "KubernetesNodePool",
	"vpc_peerings": "VpcPeering", "dns_records": "DnsRecord", "uptime_alerts": "UptimeAlert",
}

// settled requires that cloud and state agree to the last resource, that the cloud has what
// it has after a run without an accident, volumes included, and that there is nothing left
// to do.
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
	// Kubernetes deletes volumes, and the cloud nodes, a moment after they were let go.
	for deadline := time.Now().Add(giveUp); !equal(have, c.want[what]) && time.Now().Before(deadline); have = c.inventory() {
		time.Sleep(time.Second)
	}
	require.Equal(c.t, c.want[what], have, "what exists, and what exists without an accident")
	for name, kind := range counted {
		expected := want[kind]
		if kind == "KubernetesNodePool" {
			expected += pools
		}
		require.Equal(c.t, expected, have[name], "%s in the state and in the cloud", name)
	}
	if what == destroy || what == abandon {
		for name, n := range have {
			if name != "volumes" || !c.keepsVolumes {
				require.Zero(c.t, n, name)
			}
		}
		return
	}
	output, err := c.shell("pulumi preview --refresh --expect-no-changes --non-interactive --stack " + c.stack)
	require.NoError(c.t, err, "there is something left to do:\n%s", output)
}

func equal(a, b map[string]int) bool {
	for name := range b {
		if a[name] != b[name] {
			return false
		}
	}
	return len(a) == len(b)
}

// inventory counts what exists, also what the sandbox's own inventory leaves out.
func (c *campaign) inventory() map[string]int {
	c.t.Helper()
	var have map[string]int
	require.NoError(c.t, json.Unmarshal([]byte(c.w.run(c.w.tool("gomeet-sandbox"), "inventory", "--json")), &have))
	client, ctx := c.cloud, context.Background()
	have["dns_records"], have["uptime_alerts"] = 0, 0
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

// requestCounter counts requests to the API that change something.
type requestCounter struct {
	file   *os.File
	lines  *bufio.Reader
	rest   []byte
	number int
}

// counter counts from now on.
func (c *campaign) counter() *requestCounter {
	c.t.Helper()
	file, err := os.Open(filepath.Join(c.w.dir, "requests.jsonl"))
	require.NoError(c.t, err)
	c.t.Cleanup(func() { file.Close() })
	_, err = file.Seek(0, io.SeekEnd)
	require.NoError(c.t, err)
	return &requestCounter{file: file, lines: bufio.NewReader(file)}
}

// more reads on and returns the number of requests until now.
func (r *requestCounter) more() int {
	for {
		part, err := r.lines.ReadBytes('\n')
		r.rest = append(r.rest, part...)
		if err != nil {
			return r.number
		}
		if !bytes.Contains(r.rest, []byte(`"method":"GET"`)) {
			r.number++
		}
		r.rest = nil
	}
}
