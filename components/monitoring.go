package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Monitoring is what watches one site: Prometheus and Alertmanager, Grafana, and the
// exporters of what does not serve metrics itself. It runs on the site's monitoring
// nodes and costs their volumes besides; node exporters are on every node, in a namespace
// of their own that allows them to see the host.
//
// A changed rule, configuration or dashboard rolls the pods that read it, one at a time.
// A changed volume size replaces a StatefulSet and leaves the volumes. Grafana keeps
// nothing: people reach it, as they do Prometheus and Alertmanager, by forwarding a port
// with their own rights in the cluster.
type Monitoring struct {
	pulumi.ResourceState
}

// MonitoringArgs configures Monitoring.
type MonitoringArgs struct {
	Environment Environment
	// Layout is what runs, and on how much.
	Layout sizing.Monitoring
	// Prometheus, Alertmanager and the rules are configurations without secrets.
	Prometheus   manifests.Prometheus
	Alertmanager manifests.Alertmanager
	Rules        []manifests.RuleFile
	// Dashboards maps files to Grafana's dashboards in JSON.
	Dashboards map[string]string
	// NodeRanges is where nodes are, in CIDR notation: LiveKit, kubelets and node
	// exporters have their addresses.
	NodeRanges []string
	// Receivers maps files under manifests.AlertmanagerSecretDir to their contents.
	Receivers pulumi.StringMap
	// RemoteWritePassword is that of the remote store; nil for none.
	RemoteWritePassword pulumi.StringInput
	// Authority is what the data tier's certificate is checked against, PEM.
	Authority pulumi.StringInput
	// RedisPassword is that of Redis' exporter, PostgresExporter the exporter's
	// configuration. Both are secrets; nil where the site has no such pool.
	RedisPassword, PostgresExporter pulumi.StringInput
}

// authorityApp is the Secret with the data tier's authority, which is no secret, but
// where a store keeps all of them it is there too.
const authorityApp = "data-authority"

// NewMonitoring deploys what watches a site. The options must carry the cluster's
// provider.
func NewMonitoring(ctx *pulumi.Context, name string, args *MonitoringArgs, opts ...pulumi.ResourceOption) (*Monitoring, error) {
	m := &Monitoring{}
	if err := ctx.RegisterComponentResource("gomeet:monitoring:Monitoring", name, m, opts...); err != nil {
		return nil, err
	}
	child, logical := pulumi.Parent(m), name+"-monitoring"
	namespace, err := newNamespace(ctx, logical, manifests.MonitoringNamespace, args.Environment, restricted, child)
	if err != nil {
		return nil, err
	}
	made := pulumi.DependsOn([]pulumi.Resource{namespace})
	authority, err := keepSecret(ctx, logical+"-authority", manifests.MonitoringNamespace, authorityApp, args.Environment, "",
		pulumi.StringMap{"ca.crt": args.Authority}, child, made)
	if err != nil {
		return nil, err
	}
	volume := secretVolume("authority", authority)
	for _, part := range []func() error{
		func() error { return prometheus(ctx, logical, args, volume, child, made) },
		func() error { return alertmanager(ctx, logical, args, child, made) },
		func() error { return grafana(ctx, logical, args, child, made) },
		func() error { return kubeStateMetrics(ctx, logical, args, child, made) },
		func() error { return exporters(ctx, logical, args, volume, child, made) },
		func() error { return nodeExporter(ctx, logical, args, child) },
	} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{})
}

// filesConfig makes a ConfigMap of texts and returns it as a volume.
func filesConfig(
	ctx *pulumi.Context, logical, name, volume string, env Environment, texts map[string]string, opts ...pulumi.ResourceOption,
) (*corev1.VolumeArgs, error) {
	data := pulumi.StringMap{}
	for file, text := range texts {
		data[file] = pulumi.String(text)
	}
	made, err := corev1.NewConfigMap(ctx, logical+"-"+name, &corev1.ConfigMapArgs{
		Metadata: object(pulumi.String(manifests.MonitoringNamespace), name, env), Data: data,
	}, opts...)
	if err != nil {
		return nil, err
	}
	return configVolume(volume, made), nil
}
