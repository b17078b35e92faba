package stacks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

const (
	vpcType         = "digitalocean:index/vpc:Vpc"
	clusterType     = "digitalocean:index/kubernetesCluster:KubernetesCluster"
	poolType        = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
	providerType    = "pulumi:providers:kubernetes"
	deploymentType  = "kubernetes:apps/v1:Deployment"
	statefulSetType = "kubernetes:apps/v1:StatefulSet"
	daemonSetType   = "kubernetes:apps/v1:DaemonSet"
	secretType      = "kubernetes:core/v1:Secret"
	configMapType   = "kubernetes:core/v1:ConfigMap"
)

func object(pairs ...any) resource.PropertyValue {
	m := resource.PropertyMap{}
	for i := 0; i < len(pairs); i += 2 {
		m[resource.PropertyKey(pairs[i].(string))] = resource.NewPropertyValue(pairs[i+1])
	}
	return resource.NewObjectProperty(m)
}

// recorder answers with the outputs a cloud computes.
func recorder(preview bool) *pulumitest.Recorder {
	return &pulumitest.Recorder{
		Preview: preview,
		Known: map[string]resource.PropertyMap{
			"digitalocean:index/spacesKey:SpacesKey": {
				"accessKey": resource.NewStringProperty("key"), "secretKey": resource.NewStringProperty("secret"),
			},
		},
		Outputs: map[string]resource.PropertyMap{
			clusterType: {
				"endpoint": resource.NewStringProperty("https://cluster.example"),
				"kubeConfigs": resource.NewArrayProperty([]resource.PropertyValue{
					object("rawConfig", "kubeconfig-with-a-token"),
				}),
			},
		},
	}
}

// deploy runs the program of a committed stack against a recorder.
func deploy(t *testing.T, stack string, r *pulumitest.Recorder) error {
	t.Helper()
	raw := configuration(t, stack)
	return pulumi.RunErr(func(ctx *pulumi.Context) error {
		cfg, err := stacks.Load(stack, raw)
		if err != nil {
			return err
		}
		return stacks.Deploy(ctx, cfg)
	}, pulumi.WithMocks("gomeet", stack, r), func(info *pulumi.RunInfo) {
		info.DryRun = r.Preview
		info.Config = raw
		info.ConfigSecretKeys = stacks.SecretKeys()
	})
}

func TestDeployProd(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))

	nodes := map[string]int{}
	sizes := map[string]string{}
	for _, pool := range r.Resources(poolType) {
		labels := pool.Inputs["labels"].ObjectValue()
		role := labels["gomeet.com/role"].StringValue()
		nodes[role] += int(pool.Inputs["nodeCount"].NumberValue())
		sizes[role] = pool.Inputs["size"].StringValue()
	}
	require.Equal(t, 12, nodes["sfu"])
	require.Equal(t, 30, nodes["api"])
	require.Equal(t, 3, nodes["pg"])
	require.Equal(t, 6, nodes["redis"])
	require.Equal(t, 4, nodes["minio"])
	require.Equal(t, "g-16vcpu-64gb", sizes["sfu"])

	require.Len(t, r.Resources(vpcType), 2)
	clusters := r.Resources(clusterType)
	require.Len(t, clusters, 2)
	for _, cluster := range clusters {
		require.True(t, cluster.Inputs["ha"].BoolValue())
		require.True(t, cluster.Inputs["surgeUpgrade"].BoolValue())
		require.False(t, cluster.Inputs["autoUpgrade"].BoolValue())
		require.False(t, cluster.Inputs["destroyAllAssociatedResources"].BoolValue())
	}

	replicas := map[string]int{}
	for _, d := range r.Resources(deploymentType) {
		name := d.Inputs["metadata"].ObjectValue()["name"].StringValue()
		replicas[name] += int(d.Inputs["spec"].ObjectValue()["replicas"].NumberValue())
	}
	require.Equal(t, map[string]int{
		"authentication": 4, "meetings": 6, "signalling": 12, "chat": 4, "turn": 4, "livekit": 12, "pgbouncer": 3,
		"grafana": 2, "kube-state-metrics": 2, "redis-exporter": 1, "postgres-exporter": 2, "pushgateway": 2,
		"metrics-server": 4, "prometheus-adapter": 4,
	}, replicas, "pods over all sites")
	members := map[string]int{}
	for _, set := range r.Resources(statefulSetType) {
		name := set.Inputs["metadata"].ObjectValue()["name"].StringValue()
		members[name] += int(set.Inputs["spec"].ObjectValue()["replicas"].NumberValue())
	}
	require.Equal(t, map[string]int{"postgres": 3, "redis": 6, "prometheus": 4, "alertmanager": 4}, members, "members over all sites")
	require.Len(t, r.Resources(daemonSetType), 4, "an edge and node exporters per site")
}

// Media and data have their nodes to themselves; the API and monitoring share with
// whatever else the cluster runs.
func TestDedicatedPoolsAreTainted(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))
	for _, pool := range r.Resources(poolType) {
		role := pool.Inputs["labels"].ObjectValue()["gomeet.com/role"].StringValue()
		taints := pool.Inputs["taints"]
		switch sizing.Role(role) {
		case sizing.RoleSFU, sizing.RolePG, sizing.RoleRedis, sizing.RoleMinIO:
			require.Equal(t, []resource.PropertyValue{
				object("key", "gomeet.com/role", "value", role, "effect", "NoSchedule"),
			}, taints.ArrayValue(), "pool %s", pool.Name)
		default:
			require.False(t, taints.HasValue(), "pool %s", pool.Name)
		}
	}
}

// Physical names are unique, say what they are, and change with the size, so that
// a resized pool can be created before the old one goes.
func TestPhysicalNames(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))
	seen := map[string]bool{}
	for _, token := range []string{vpcType, clusterType, poolType} {
		for _, res := range r.Resources(token) {
			name := res.Inputs["name"].StringValue()
			require.True(t, strings.HasPrefix(name, "gomeet-prod-"), name)
			require.LessOrEqual(t, len(name), 57, name)
			require.False(t, seen[name], "two resources are called %s", name)
			seen[name] = true
		}
	}
	require.True(t, seen["gomeet-prod-singapore-sfu-g-16vcpu-64gb"])
}

func TestEveryResourceCarriesTheTags(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))
	for _, token := range []string{clusterType, poolType} {
		for _, res := range r.Resources(token) {
			var tags []string
			for _, tag := range res.Inputs["tags"].ArrayValue() {
				tags = append(tags, tag.StringValue())
			}
			require.Subset(t, tags, []string{"gomeet", "stack:prod"}, res.Name)
		}
	}
}

// Every secret is in a Secret, and there only as a secret: not in ConfigMaps, arguments,
// variables or annotations.
func TestSecretsStaySecret(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "dev", r, map[string]string{"gomeet:pools": `{"recorder":{"size":"c-16","count":1}}`}))
	values := []string{signingKey, livekitSecret, edgeKey, backupPassphrase, dataKey()}
	// Each user's password is derived from the first two, and the clusters cannot decrypt.
	nowhere := []string{redisPassword, databasePassword, backupIdentity}
	seen := map[string]bool{}
	for _, secret := range r.Resources(secretType) {
		data := secret.Inputs["stringData"]
		for _, value := range values {
			if strings.Contains(fmt.Sprint(data), value) {
				seen[value] = true
				require.True(t, data.ContainsSecrets(), secret.Name)
			}
		}
	}
	require.Len(t, seen, len(values), "each is somewhere")
	for _, secret := range r.Resources(secretType) {
		for _, value := range nowhere {
			require.NotContains(t, fmt.Sprint(secret.Inputs), value, secret.Name)
		}
	}
	values = append(values, nowhere...)
	for token := range r.Types() {
		for _, res := range r.Resources(token) {
			if token == secretType {
				continue
			}
			for _, value := range values {
				require.NotContains(t, fmt.Sprint(res.Inputs), value, "%s %s", token, res.Name)
			}
		}
	}
	require.NotEmpty(t, r.Resources(configMapType))
}

// The engine is told to encrypt the kubeconfigs, whatever the provider says.
func TestKubeconfigIsSecret(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "dev", r))
	for _, cluster := range r.Resources(clusterType) {
		require.Contains(t, cluster.Options.GetAdditionalSecretOutputs(), "kubeConfigs")
	}
}

// Everything in a cluster goes through its own cluster's provider, and every resource has
// a component as its parent.
func TestOptions(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, plus(ownStore(), "gomeet:autoscale", "true")))
	kinds := 0
	for token := range r.Types() {
		if strings.HasPrefix(token, "gomeet:") || token == "pulumi:pulumi:Stack" {
			continue
		}
		for _, res := range r.Resources(token) {
			parent, err := urn.Parse(res.Options.GetParent())
			require.NoError(t, err, "%s %s", token, res.Name)
			require.True(t, strings.HasPrefix(string(parent.Type()), "gomeet:"), "%s %s is a child of %s", token, res.Name, parent)
		}
		if !strings.HasPrefix(token, "kubernetes:") {
			continue
		}
		kinds++
		for _, res := range r.Resources(token) {
			site, _, _ := strings.Cut(res.Name, "-")
			require.Contains(t, []string{"singapore", "jakarta"}, site, "%s %s", token, res.Name)
			require.Contains(t, res.Options.GetProvider(), "pulumi:providers:kubernetes::"+site+"::", "%s %s", token, res.Name)
		}
	}
	require.Greater(t, kinds, 20, "kinds of objects")
}

// A pod that is not ready holds up no drain, but one that holds meetings: while Redis is away
// no SFU is ready, and a drain may not take them all.
func TestDisruptionBudgets(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "dev", r))
	for _, budget := range r.Resources("kubernetes:policy/v1:PodDisruptionBudget") {
		want := "AlwaysAllow"
		if at(t, budget.Inputs, "metadata", "name").StringValue() == "livekit" {
			want = "IfHealthyBudget"
		}
		require.Equal(t, want, at(t, budget.Inputs, "spec", "unhealthyPodEvictionPolicy").StringValue(), budget.Name)
		require.Equal(t, 1.0, at(t, budget.Inputs, "spec", "maxUnavailable").NumberValue(), budget.Name)
	}
	require.NotEmpty(t, named(t, r, "kubernetes:policy/v1:PodDisruptionBudget", "livekit"))
}

// A preview knows nothing the cloud computes, and must not need it.
func TestPreviewWithUnknownOutputs(t *testing.T) {
	for _, stack := range []string{"dev", "prod"} {
		t.Run(stack, func(t *testing.T) {
			require.NoError(t, deploy(t, stack, recorder(true)))
		})
	}
}

// Whichever resource fails to register, the program reports it.
func TestEveryFailureIsReported(t *testing.T) {
	probe := recorder(false)
	require.NoError(t, deploy(t, "prod", probe))
	for token, count := range probe.Types() {
		if token == "pulumi:pulumi:Stack" {
			continue
		}
		for _, at := range []int{1, count} {
			t.Run(fmt.Sprintf("%s/%d", token, at), func(t *testing.T) {
				r := recorder(false)
				r.FailType, r.FailAt = token, at
				require.ErrorContains(t, deploy(t, "prod", r), pulumitest.ErrInjected.Error())
			})
		}
	}
}
