package components

import (
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// MetricsAPIs is what a site's autoscalers ask: metrics-server for CPU, and
// prometheus-adapter for what the API's pods count themselves. DOKS has neither. Two pods
// of each run on the default nodes, in a namespace of their own; the API server checks
// their certificate. Without them autoscalers change nothing. They cost nothing besides
// their share of the nodes.
type MetricsAPIs struct {
	pulumi.ResourceState
}

// MetricsAPIsArgs configures MetricsAPIs.
type MetricsAPIsArgs struct {
	Environment Environment
	// Config is the adapter's.
	Config manifests.Adapter
	// Certificate, of manifests.MetricsNames, Key and Authority are PEM. Key is a secret.
	Certificate, Key, Authority pulumi.StringInput
	// NodeRanges is where the site's nodes are, in CIDR notation: metrics-server asks
	// their kubelets, and the control plane comes from there.
	NodeRanges []string
}

const (
	metricsTLSApp = "metrics-tls"
	// metricsTLSDir and adapterDir are where the certificate and the adapter's
	// configuration are mounted.
	metricsTLSDir, adapterDir = "/run/secrets/tls", "/etc/adapter"
	// metricsReplicas survive the loss of a node.
	metricsReplicas = 2
)

// What one pod asks for: metrics-server's README for up to 100 nodes, and the adapter's
// own deployment manifest, rounded.
var (
	metricsServerRequest = sizing.PodRequest{MilliCPU: 100, MemoryMiB: 200}
	adapterRequest       = sizing.PodRequest{MilliCPU: 100, MemoryMiB: 200}
)

// NewMetricsAPIs deploys both daemons of a site. The options must carry the cluster's
// provider.
func NewMetricsAPIs(ctx *pulumi.Context, name string, args *MetricsAPIsArgs, opts ...pulumi.ResourceOption) (*MetricsAPIs, error) {
	m := &MetricsAPIs{}
	if err := ctx.RegisterComponentResource("gomeet:app:MetricsAPIs", name, m, opts...); err != nil {
		return nil, err
	}
	child, env, logical := pulumi.Parent(m), args.Environment, name+"-autoscaling"
	namespace, err := newNamespace(ctx, logical, manifests.AutoscalingNamespace, env, restricted, child)
	if err != nil {
		return nil, err
	}
	in := namespace.Metadata.Name().Elem()
	tls, err := keepSecret(ctx, logical, manifests.AutoscalingNamespace, metricsTLSApp, env, "kubernetes.io/tls",
		pulumi.StringMap{"tls.crt": args.Certificate, "tls.key": args.Key}, child, pulumi.DependsOn([]pulumi.Resource{namespace}))
	if err != nil {
		return nil, err
	}
	rendered, err := args.Config.Render()
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, logical+"-"+manifests.AdapterService, &corev1.ConfigMapArgs{
		Metadata: object(in, manifests.AdapterService, env), Data: pulumi.StringMap{manifests.AdapterFile: pulumi.String(rendered)},
	}, child)
	if err != nil {
		return nil, err
	}
	for _, a := range []aggregated{
		{
			app: manifests.MetricsServerService, image: manifests.MetricsServerImage, group: "metrics.k8s.io",
			port: manifests.MetricsServerPort, args: manifests.MetricsServerArgs(), request: metricsServerRequest,
			rules: rbacv1.PolicyRuleArray{policy("", "get", "nodes/metrics"), policy("", "get list watch", "pods", "nodes")},
			out:   withNodes(args.NodeRanges, manifests.KubeletPort),
		},
		{
			app: manifests.AdapterService, image: manifests.AdapterImage, group: "custom.metrics.k8s.io",
			port: manifests.AdapterPort, args: manifests.AdapterArgs(adapterDir + "/" + manifests.AdapterFile), request: adapterRequest,
			rules:   rbacv1.PolicyRuleArray{policy("", "get list watch", "pods", "namespaces")},
			out:     []allowed{tcp(peer{app: manifests.PrometheusService, namespace: manifests.MonitoringNamespace}, manifests.PrometheusPort)},
			changes: rolls(rendered), config: config, configDir: adapterDir,
		},
	} {
		a.in, a.env, a.tls, a.authority, a.nodes = in, env, tls, args.Authority, args.NodeRanges
		if err := a.deploy(ctx, logical+"-"+a.app, child); err != nil {
			return nil, err
		}
	}
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{})
}
