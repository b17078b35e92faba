package stacks_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/stacks"
)

// deployWith runs a committed stack with some keys changed.
func deployWith(t *testing.T, stack string, r *pulumitest.Recorder, changed map[string]string) error {
	t.Helper()
	raw := configuration(t, stack)
	maps.Copy(raw, changed)
	return pulumi.RunErr(func(ctx *pulumi.Context) error {
		cfg, err := stacks.Load(stack, raw)
		if err != nil {
			return err
		}
		return stacks.Deploy(ctx, cfg)
	}, pulumi.WithMocks("gomeet", stack, r), func(info *pulumi.RunInfo) {
		info.DryRun, info.Config, info.ConfigSecretKeys = r.Preview, raw, stacks.SecretKeys()
	})
}

// all returns every recorded resource, components too.
func all(r *pulumitest.Recorder) []pulumitest.Resource {
	var found []pulumitest.Resource
	for token := range r.Types() {
		found = append(found, r.Resources(token)...)
	}
	return found
}

// What holds data is protected in prod and only there; buckets also outlive the stack.
func TestProtection(t *testing.T) {
	for stack, want := range map[string][]string{
		"dev": nil,
		"prod": {
			"Domain zone", "KubernetesCluster jakarta", "KubernetesCluster singapore",
			"KubernetesNodePool jakarta-pg", "KubernetesNodePool singapore-minio", "KubernetesNodePool singapore-pg",
			"KubernetesNodePool singapore-redis",
			"SpacesBucket storage-backups", "SpacesBucket storage-recordings", "SpacesBucket storage-state",
			"Vpc jakarta", "Vpc singapore",
		},
	} {
		r := recorder(false)
		require.NoError(t, deploy(t, stack, r))
		var protected, retained []string
		for _, res := range all(r) {
			name := res.Type[strings.LastIndex(res.Type, ":")+1:] + " " + res.Name
			if res.Options.GetProtect() {
				protected = append(protected, name)
			}
			if res.Options.GetRetainOnDelete() {
				retained = append(retained, name)
			}
		}
		slices.Sort(protected)
		slices.Sort(retained)
		require.Equal(t, want, protected, stack)
		if stack == "prod" {
			require.Equal(t, []string{"SpacesBucket storage-backups", "SpacesBucket storage-recordings", "SpacesBucket storage-state"}, retained)
		} else {
			require.Empty(t, retained)
		}
	}
}

// The autoscaler's count is no drift: the engine is told not to look at it.
func TestAutoscaledPools(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, map[string]string{"gomeet:autoscale": "true"}))
	for _, pool := range r.Resources(poolType) {
		role := pool.Inputs["labels"].ObjectValue()["gomeet.com/role"].StringValue()
		ignored := pool.Options.GetIgnoreChanges()
		if role != "sfu" && role != "api" {
			require.Empty(t, ignored, pool.Name)
			continue
		}
		require.Equal(t, []string{"nodeCount"}, ignored, pool.Name)
		require.True(t, pool.Inputs["autoScale"].BoolValue())
		low, high := pool.Inputs["minNodes"].NumberValue(), pool.Inputs["maxNodes"].NumberValue()
		require.LessOrEqual(t, low, pool.Inputs["nodeCount"].NumberValue(), "it starts at the plan's count")
		require.Less(t, low, high)
	}
}

// A renamed site keeps what it has: its components carry its former name as an alias, and
// the engine hands it down to their children (TestPlans in sandbox/e2e shows that).
func TestRenamedSiteKeepsItsResources(t *testing.T) {
	const sites = `[{"name":"sg","formerly":"singapore","region":"sgp1","vpcRange":"10.80.0.0/20","clusterSubnet":"10.81.0.0/18","serviceSubnet":"10.81.64.0/20"}]`
	r := recorder(false)
	require.NoError(t, deployWith(t, "dev", r, map[string]string{"gomeet:sites": sites}))
	for _, token := range []string{
		"gomeet:network:Network", "gomeet:kubernetes:Cluster", "gomeet:kubernetes:NodePools", "gomeet:network:Balancers",
		"gomeet:network:Firewalls", "gomeet:monitoring:Watch", "gomeet:app:API",
	} {
		require.NotEmpty(t, r.Resources(token), token)
		for _, res := range r.Resources(token) {
			was := strings.Replace(res.Name, "sg", "singapore", 1)
			requireFormerly(t, res, was)
		}
	}
}

// Nodes older than the first peering of their VPC have no routes to another one.
func TestClustersWaitForPeerings(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))
	clusters := r.Resources("gomeet:kubernetes:Cluster")
	require.Len(t, clusters, 2)
	for _, cluster := range clusters {
		require.True(t, slices.ContainsFunc(cluster.Options.GetDependencies(), func(urn string) bool {
			return strings.HasSuffix(urn, "VpcPeering::peerings-singapore-jakarta")
		}), "%v", cluster.Options.GetDependencies())
	}
}

// Keys to buckets are kept encrypted, whatever the provider says.
func TestBucketKeysAreSecret(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "dev", r))
	keys := r.Resources("digitalocean:index/spacesKey:SpacesKey")
	require.Len(t, keys, 2)
	for _, key := range keys {
		require.Contains(t, key.Options.GetAdditionalSecretOutputs(), "secretKey")
	}
}

// Without anybody to tell, there are no alerts.
func TestAlertsNeedSomebody(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "dev", r))
	require.Empty(t, r.Resources("digitalocean:index/monitorAlert:MonitorAlert"))
	require.Empty(t, r.Resources("digitalocean:index/uptimeAlert:UptimeAlert"))
	require.Len(t, r.Resources("digitalocean:index/uptimeCheck:UptimeCheck"), 2)
}

// Two VPCs are peered once: a peering that came under another name would be refused, and all
// clusters wait for it.
func TestPeeringsStayWhenSitesMove(t *testing.T) {
	raw := configuration(t, "prod")
	var sites []map[string]any
	require.NoError(t, json.Unmarshal([]byte(raw["gomeet:sites"]), &sites))
	slices.Reverse(sites)
	sites[1]["name"], sites[1]["formerly"] = "malacca", "singapore"
	text, err := json.Marshal(sites)
	require.NoError(t, err)
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, map[string]string{"gomeet:sites": string(text)}))
	peerings := r.Resources("digitalocean:index/vpcPeering:VpcPeering")
	require.Len(t, peerings, 1)
	require.Equal(t, "peerings-jakarta-malacca", peerings[0].Name)
	requireFormerly(t, peerings[0], "peerings-singapore-jakarta")
}

// requireFormerly requires that the engine finds a resource that had another name.
func requireFormerly(t *testing.T, res pulumitest.Resource, was string) {
	t.Helper()
	require.True(t, slices.ContainsFunc(res.Options.GetAliases(), func(a *pulumirpc.Alias) bool {
		return a.GetSpec().GetName() == was || strings.HasSuffix(a.GetUrn(), "::"+was)
	}), "%s %s has no alias %s", res.Type, res.Name, was)
}
