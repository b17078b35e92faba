package cost_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

type properties = map[string]any

func made(token string, inputs properties) *engine.Resource {
	return &engine.Resource{
		URN:  resource.URN("urn:pulumi:dev::gomeet::" + token + "::thing"),
		Type: token, Name: "thing", Custom: true, Inputs: resource.NewPropertyMapFromMap(inputs),
	}
}

func claim(storage string) properties {
	return properties{"resources": properties{"requests": properties{"storage": storage}}}
}

var unknown = resource.MakeComputed(resource.NewProperty(""))

// Every kind of resource costs what the catalogue says, or says why it has no price.
func TestRules(t *testing.T) {
	type line struct{ component, what, low, expected, peak, why string }
	same := func(component, what, amount string) line { return line{component, what, amount, amount, amount, ""} }
	unpriced := func(component, what, why string) line { return line{component: component, what: what, why: why} }
	const (
		do         = "digitalocean:index/"
		pool       = do + "kubernetesNodePool:KubernetesNodePool"
		cluster    = do + "kubernetesCluster:KubernetesCluster"
		balancer   = do + "loadBalancer:LoadBalancer"
		volume     = "kubernetes:core/v1:PersistentVolumeClaim"
		set        = "kubernetes:apps/v1:StatefulSet"
		service    = "kubernetes:core/v1:Service"
		early      = "not known before it exists"
		noPrice    = "no price is known"
		noneOfKind = "no price is known for this kind of resource"
	)
	label := properties{"gomeet.com/role": "sfu"}
	for name, c := range map[string]struct {
		token  string
		inputs properties
		want   []line
	}{
		"a pool":                {pool, properties{"size": "c-2", "nodeCount": 3, "labels": label}, []line{same("sfu", "3 x c-2", "126.00")}},
		"a pool without a role": {pool, properties{"size": "c-2", "nodeCount": 1}, []line{same("node-pool", "1 x c-2", "42.00")}},
		"an autoscaled pool": {pool, properties{"size": "c-2", "nodeCount": 3, "labels": label, "autoScale": true, "minNodes": 1, "maxNodes": 5},
			[]line{{"sfu", "3 (1 to 5) x c-2", "42.00", "126.00", "210.00", ""}}},
		"an autoscaled pool without a count": {pool, properties{"size": "c-2", "autoScale": true, "minNodes": 2, "maxNodes": 4},
			[]line{{"node-pool", "2 (2 to 4) x c-2", "84.00", "84.00", "168.00", ""}}},
		"a size nobody sells":        {pool, properties{"size": "c-3", "nodeCount": 1}, []line{unpriced("node-pool", "1 x c-3", `size "c-3" is not in the catalogue`)}},
		"a size that is not known":   {pool, properties{"size": unknown, "nodeCount": 1}, []line{unpriced("node-pool", "1 x ", early)}},
		"a count that is not known":  {pool, properties{"size": "c-2", "nodeCount": unknown}, []line{unpriced("node-pool", "0 x c-2", early)}},
		"a Droplet":                  {do + "droplet:Droplet", properties{"size": "c-2"}, []line{same("droplets", "1 x c-2", "42.00")}},
		"a cluster":                  {cluster, properties{}, []line{same("control-plane", "control plane", "0.00")}},
		"a highly available cluster": {cluster, properties{"ha": true, "nodePool": properties{"size": "c-2", "nodeCount": 2}}, []line{same("default", "2 x c-2", "84.00"), same("control-plane", "control plane", "0.00"), same("control-plane", "high availability of the control plane", "40.00")}},
		"a load balancer":            {balancer, properties{"sizeUnit": 8}, []line{same("load-balancer", "8-node load balancer", "96.00")}},
		"a load balancer by default": {balancer, properties{}, []line{same("load-balancer", "1-node load balancer", "12.00")}},
		"a global load balancer":     {balancer, properties{"type": "GLOBAL"}, []line{unpriced("load-balancer", "1-node load balancer", noPrice)}},
		"a volume":                   {do + "volume:Volume", properties{"size": 100}, []line{same("volumes", "volumes, 1 x 100 GiB", "10.00")}},
		"a snapshot to be made":      {do + "volumeSnapshot:VolumeSnapshot", properties{}, []line{unpriced("snapshots", "snapshot of 0 GiB", early)}},
		"one bucket":                 {do + "spacesBucket:SpacesBucket", properties{}, []line{same("spaces", "Spaces subscription", "5.00")}},
		"the free uptime check":      {do + "uptimeCheck:UptimeCheck", properties{}, []line{same("uptime", "uptime checks beyond the free one", "0.00")}},
		"a peering":                  {do + "vpcPeering:VpcPeering", properties{}, []line{unpriced("network", "VPC peering", noPrice)}},
		"a NAT gateway":              {do + "vpcNatGateway:VpcNatGateway", properties{}, []line{unpriced("network", "NAT gateway", noPrice)}},
		"a registry":                 {do + "containerRegistry:ContainerRegistry", properties{}, []line{unpriced("other", "ContainerRegistry", noneOfKind)}},
		"a kind of another cloud":    {"aws:s3/bucket:Bucket", properties{}, []line{unpriced("other", "Bucket", noneOfKind)}},
		"a network":                  {do + "vpc:Vpc", properties{}, nil},
		"a provider":                 {"pulumi:providers:kubernetes", properties{}, nil},
		"a Deployment":               {"kubernetes:apps/v1:Deployment", properties{}, nil},
		"a claim":                    {volume, properties{"spec": claim("1Ti")}, []line{same("volumes", "volumes, 1 x 1024 GiB", "102.40")}},
		"a claim of part of a GiB":   {volume, properties{"spec": claim("1500Mi")}, []line{same("volumes", "volumes, 1 x 2 GiB", "0.20")}},
		"a claim of nonsense":        {volume, properties{"spec": claim("much")}, []line{unpriced("volumes", "volumes, 1 x 0 GiB", early)}},
		"a StatefulSet": {set, properties{"spec": properties{"replicas": 3,
			"template":             properties{"spec": properties{"nodeSelector": properties{"gomeet.com/role": "pg"}}},
			"volumeClaimTemplates": []any{properties{"metadata": properties{"name": "data"}, "spec": claim("1000Gi")}},
		}}, []line{same("pg", "volumes, 3 x 1000 GiB", "300.00")}},
		"a StatefulSet without volumes": {set, properties{"spec": properties{"replicas": 3}}, nil},
		"a Service inside":              {service, properties{"spec": properties{"type": "ClusterIP"}}, nil},
		"a Service with a load balancer": {service, properties{"spec": properties{"type": "LoadBalancer"}, "metadata": properties{
			"annotations": properties{"service.beta.kubernetes.io/do-loadbalancer-size-unit": "3"}}}, []line{same("load-balancer", "3-node load balancer", "36.00")}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []line
			snapshot := cost.New([]*engine.Resource{made(c.token, c.inputs)}, nil, nil, sizing.DefaultCatalogue())
			for _, l := range snapshot.Lines {
				is := line{component: l.Component, what: l.What, why: l.Why}
				if amount, known := l.Cost(); known {
					is.low, is.expected, is.peak = amount.Low.StringFixed(2), amount.Expected.StringFixed(2), amount.Peak.StringFixed(2)
				}
				got = append(got, is)
			}
			require.Equal(t, c.want, got)
		})
	}
}

// A snapshot is billed by its size once it has one.
func TestSnapshotThatExists(t *testing.T) {
	r := made("digitalocean:index/volumeSnapshot:VolumeSnapshot", nil)
	r.Outputs = resource.NewPropertyMapFromMap(properties{"size": 50})
	require.Equal(t, "3", cost.New([]*engine.Resource{r}, nil, nil, sizing.DefaultCatalogue()).Total().Expected.String())
}

// What others own and components cost this stack nothing.
func TestNotOurs(t *testing.T) {
	read := made("digitalocean:index/droplet:Droplet", properties{"size": "c-2"})
	read.External = true
	component := made("digitalocean:index/droplet:Droplet", properties{"size": "c-2"})
	component.Custom = false
	require.Empty(t, cost.New([]*engine.Resource{read, component}, nil, nil, sizing.DefaultCatalogue()).Lines)
}
