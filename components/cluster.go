package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// Cluster is one site's DOKS cluster with its default pool and the Kubernetes
// provider that reaches it. Its pools cost what their Droplets cost; a highly
// available control plane has a price of its own (see package sizing).
//
// A change of region, VPC, subnets, or of the default pool's size replaces the
// cluster, which is why the default pool is small, fixed and holds no workload:
// every workload has a node pool of its own, see NodePools. The checks of package
// stacks refuse such a change before anything happens, and protection refuses it again.
type Cluster struct {
	pulumi.ResourceState

	// ID is the cluster's UUID.
	ID pulumi.StringOutput
	// Endpoint is the URL of the cluster's API server.
	Endpoint pulumi.StringOutput
	// CloudURN is DigitalOcean's own name of the cluster, by which projects know it.
	CloudURN pulumi.StringOutput
	// Kubeconfig reaches the cluster as its administrator. It is a secret.
	Kubeconfig pulumi.StringOutput
	// Provider deploys into the cluster.
	Provider *kubernetes.Provider
}

// ClusterArgs configures a Cluster.
type ClusterArgs struct {
	Environment Environment
	// VPCID is the VPC the nodes join.
	VPCID pulumi.StringInput
	// ClusterSubnet holds the pods and ServiceSubnet the Services, in CIDR notation.
	ClusterSubnet, ServiceSubnet string
	// Version is the pinned DOKS version slug.
	Version string
	// HighAvailability asks for a highly available control plane; DOKS cannot
	// switch it off again.
	HighAvailability bool
	// MaintenanceDay and MaintenanceStart (UTC) begin the weekly maintenance window.
	MaintenanceDay, MaintenanceStart string
	// AllowedAddresses are the IPv4 ranges that may reach the control plane; empty
	// means everybody.
	AllowedAddresses []string
	// RegistryIntegration lets the cluster pull from the account's registry.
	RegistryIntegration bool
	// Default is the small fixed pool every DOKS cluster must have.
	Default sizing.Pool
}

// NewCluster creates a site's cluster.
func NewCluster(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	cluster := &Cluster{}
	if err := ctx.RegisterComponentResource("gomeet:kubernetes:Cluster", name, cluster, opts...); err != nil {
		return nil, err
	}
	env := args.Environment
	doks, err := digitalocean.NewKubernetesCluster(ctx, name, &digitalocean.KubernetesClusterArgs{
		Name:          pulumi.String(env.Name("cluster")),
		Region:        pulumi.String(env.Region),
		Version:       pulumi.String(args.Version),
		VpcUuid:       args.VPCID,
		ClusterSubnet: pulumi.String(args.ClusterSubnet),
		ServiceSubnet: pulumi.String(args.ServiceSubnet),
		Ha:            pulumi.Bool(args.HighAvailability),
		// The version is pinned: upgrades happen in the stack file, not by surprise.
		AutoUpgrade: pulumi.Bool(false),
		// A surge upgrade adds new nodes before it drains old ones.
		SurgeUpgrade: pulumi.Bool(true),
		MaintenancePolicy: &digitalocean.KubernetesClusterMaintenancePolicyArgs{
			Day:       pulumi.String(args.MaintenanceDay),
			StartTime: pulumi.String(args.MaintenanceStart),
		},
		// Stated when it is off as well: leaving it out would keep an old firewall.
		ControlPlaneFirewall: &digitalocean.KubernetesClusterControlPlaneFirewallArgs{
			Enabled:          pulumi.Bool(len(args.AllowedAddresses) > 0),
			AllowedAddresses: pulumi.ToStringArray(args.AllowedAddresses),
		},
		RegistryIntegration: pulumi.Bool(args.RegistryIntegration),
		// Load balancers and volumes made inside the cluster outlive it, so that a
		// destroyed cluster does not take its data along.
		DestroyAllAssociatedResources: pulumi.Bool(false),
		Tags:                          env.Tags(""),
		NodePool: &digitalocean.KubernetesClusterNodePoolArgs{
			Name:      pulumi.String(env.Name(string(sizing.RoleDefault))),
			Size:      pulumi.String(args.Default.Size),
			NodeCount: pulumi.Int(args.Default.Count),
			Labels:    poolLabels(env, sizing.RoleDefault),
			Tags:      env.Tags(string(sizing.RoleDefault)),
		},
	}, pulumi.Parent(cluster), pulumi.Protect(env.Protected))
	if err != nil {
		return nil, err
	}
	cluster.ID = doks.ID().ToStringOutput()
	cluster.Endpoint = doks.Endpoint
	cluster.CloudURN = doks.ClusterUrn
	// The SDK registers kubeConfigs as a secret output, so what derives from it is
	// secret too.
	cluster.Kubeconfig = doks.KubeConfigs.Index(pulumi.Int(0)).RawConfig().Elem()

	cluster.Provider, err = kubernetes.NewProvider(ctx, name, &kubernetes.ProviderArgs{
		Kubeconfig: cluster.Kubeconfig,
		// The provider's identity is the cluster, so that new credentials update
		// the provider in place instead of replacing everything it deployed.
		ClusterIdentifier: cluster.ID,
		// A changed ConfigMap or Secret is updated in place. By default the provider
		// replaces it, and with it everything that mounts it: a new line in patroni.yml
		// would delete the StatefulSet. Pods roll by the digest in their annotations.
		EnableConfigMapMutable: pulumi.Bool(true),
		EnableSecretMutable:    pulumi.Bool(true),
	}, pulumi.Parent(cluster))
	if err != nil {
		return nil, err
	}
	return cluster, ctx.RegisterResourceOutputs(cluster, pulumi.Map{
		"clusterId": cluster.ID,
		"endpoint":  cluster.Endpoint,
	})
}
