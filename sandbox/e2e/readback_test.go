package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// cloud reads prod back through DigitalOcean's own client.
type cloud struct {
	*godo.Client
	t *testing.T
	// bucketURL, accessKey and secretKey reach the buckets.
	bucketURL, accessKey, secretKey string
}

// cloud makes a client from the environment that "make env" prints.
func (w *world) cloud() cloud {
	w.t.Helper()
	output, err := w.shell("prod", cloudVariables)
	require.NoError(w.t, err)
	return newCloud(w.t, output)
}

// cloudVariables prints what newCloud reads.
const cloudVariables = `printf '%s\n' "$DIGITALOCEAN_API_URL" "$DIGITALOCEAN_TOKEN" ` +
	`"$SPACES_ENDPOINT_URL" "$SPACES_ACCESS_KEY_ID" "$SPACES_SECRET_ACCESS_KEY"`

func newCloud(t *testing.T, variables string) cloud {
	t.Helper()
	words := strings.Fields(variables)
	require.Len(t, words, 5)
	client, err := godo.New(oauth2.NewClient(t.Context(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: words[1]})),
		godo.SetBaseURL(words[0]+"/"))
	require.NoError(t, err)
	return cloud{client, t, words[2], words[3], words[4]}
}

// readBack requires that everything prod is made of has the properties that the
// program's documentation states.
func (w *world) readBack() {
	w.t.Helper()
	c := w.cloud()
	c.networks()
	c.clusters()
	c.pools()
	c.balancers()
	c.firewalls()
	c.buckets()
	c.names()
	c.watches()
	c.project()
}

var everything = &godo.ListOptions{PerPage: 200}

func (c cloud) networks() {
	vpcs, _, err := c.VPCs.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	ranges := map[string]string{}
	for _, vpc := range vpcs {
		if strings.HasPrefix(vpc.Name, "gomeet-prod-") {
			ranges[vpc.Name] = vpc.IPRange
			require.Equal(c.t, "sgp1", vpc.RegionSlug)
			require.Contains(c.t, vpc.Description, "id:")
		}
	}
	require.Equal(c.t, map[string]string{"gomeet-prod-singapore-vpc": "10.64.0.0/20", "gomeet-prod-jakarta-vpc": "10.72.0.0/20"}, ranges)
	peerings, _, err := c.VPCs.ListVPCPeerings(c.t.Context(), everything)
	require.NoError(c.t, err)
	require.Len(c.t, peerings, 1)
	require.Equal(c.t, "gomeet-prod-singapore-jakarta", peerings[0].Name)
	require.Equal(c.t, "ACTIVE", peerings[0].Status)
}

func (c cloud) clusters() {
	clusters, _, err := c.Kubernetes.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	require.Len(c.t, clusters, 2)
	peerings, _, err := c.VPCs.ListVPCPeerings(c.t.Context(), everything)
	require.NoError(c.t, err)
	for _, k := range clusters {
		site := strings.TrimSuffix(strings.TrimPrefix(k.Name, "gomeet-prod-"), "-cluster")
		for _, peering := range peerings {
			require.False(c.t, k.CreatedAt.Before(peering.CreatedAt), "nodes older than the first peering have no routes to another VPC")
		}
		require.Equal(c.t, "1.35.4-do.0", k.VersionSlug)
		require.True(c.t, k.HA)
		require.True(c.t, k.SurgeUpgrade)
		require.False(c.t, k.AutoUpgrade)
		require.True(c.t, k.RegistryEnabled)
		require.Equal(c.t, "sunday", k.MaintenancePolicy.Day.String())
		require.Equal(c.t, "20:00", k.MaintenancePolicy.StartTime)
		require.True(c.t, *k.ControlPlaneFirewall.Enabled)
		require.Equal(c.t, []string{"203.0.113.0/24"}, k.ControlPlaneFirewall.AllowedAddresses)
		subnets := map[string][2]string{"singapore": {"10.65.0.0/18", "10.65.64.0/20"}, "jakarta": {"10.73.0.0/18", "10.73.64.0/20"}}
		require.Equal(c.t, subnets[site], [2]string{k.ClusterSubnet, k.ServiceSubnet})
		require.Subset(c.t, k.Tags, []string{"gomeet", "stack:prod", "site:" + site})
		for _, pool := range k.NodePools {
			if strings.HasSuffix(pool.Name, "-default") {
				require.Equal(c.t, 2, pool.Count)
				require.False(c.t, pool.AutoScale, "the default pool is fixed")
			}
		}
	}
}

// tainted lists the roles whose nodes carry nothing else.
var tainted = []string{"sfu", "pg", "redis", "minio"}

func (c cloud) pools() {
	clusters, _, err := c.Kubernetes.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	counts := map[string]int{}
	for _, k := range clusters {
		site := strings.TrimSuffix(strings.TrimPrefix(k.Name, "gomeet-prod-"), "-cluster")
		for _, pool := range k.NodePools {
			role := pool.Labels["gomeet.com/role"]
			counts[site+" "+role] = pool.Count
			require.Equal(c.t, site, pool.Labels["gomeet.com/site"])
			require.Subset(c.t, pool.Tags, []string{"gomeet", "stack:prod", "site:" + site, "role:" + role})
			if role != "default" {
				require.Contains(c.t, pool.Tags, "gomeet-prod-"+site+"-"+role, "what firewalls find it by")
				require.Equal(c.t, "gomeet-prod-"+site+"-"+role+"-"+pool.Size, pool.Name)
			}
			if slices.Contains(tainted, role) {
				require.Equal(c.t, []godo.Taint{{Key: "gomeet.com/role", Value: role, Effect: "NoSchedule"}}, pool.Taints)
			} else {
				require.Empty(c.t, pool.Taints)
			}
		}
	}
	require.Equal(c.t, map[string]int{
		"singapore default": 2, "singapore sfu": 8, "singapore api": 20, "singapore pg": 2, "singapore redis": 6, "singapore minio": 4,
		"singapore monitoring": 1, "jakarta default": 2, "jakarta sfu": 4, "jakarta api": 10, "jakarta pg": 1, "jakarta monitoring": 1,
	}, counts)
}
