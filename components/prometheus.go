package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

const prometheusApp = manifests.PrometheusService

// prometheus makes the servers and the account that finds targets.
func prometheus(
	ctx *pulumi.Context, logical string, args *MonitoringArgs, authority *corev1.VolumeArgs, opts ...pulumi.ResourceOption,
) error {
	config, err := args.Prometheus.Render()
	if err != nil {
		return err
	}
	rules, all := map[string]string{}, config
	for _, file := range args.Rules {
		if rules[file.File()], err = file.Render(); err != nil {
			return err
		}
		all += rules[file.File()]
	}
	configVolume, err := filesConfig(ctx, logical, prometheusApp, "config", args.Environment, map[string]string{manifests.PrometheusFile: config}, opts...)
	if err != nil {
		return err
	}
	rulesVolume, err := filesConfig(ctx, logical, prometheusApp+"-rules", "rules", args.Environment, rules, opts...)
	if err != nil {
		return err
	}
	account, err := clusterReader(ctx, logical, args.Environment, prometheusApp, prometheusRules, opts...)
	if err != nil {
		return err
	}
	w := watcher{
		app: prometheusApp, image: manifests.PrometheusImage, portName: "metrics", port: manifests.PrometheusPort, ready: "/-/ready",
		args: []string{
			"--config.file=" + manifests.PrometheusConfigDir + "/" + manifests.PrometheusFile,
			"--storage.tsdb.path=/data",
			fmt.Sprintf("--storage.tsdb.retention.time=%dd", args.Layout.RetentionDays),
			fmt.Sprintf("--storage.tsdb.retention.size=%dGiB", args.Layout.RetentionGiB),
		},
		// The external label that tells the replicas apart.
		env:     corev1.EnvVarArray{fromField("POD_NAME", "metadata.name")},
		request: args.Layout.Prometheus, account: account.ToStringPtrOutput(), changes: rolls(all),
		mounts: corev1.VolumeMountArray{
			mount("config", manifests.PrometheusConfigDir), mount("rules", manifests.PrometheusRulesDir), mount("authority", manifests.DataAuthorityDir),
			writable("data", "/data"),
		},
		volumes: corev1.VolumeArray{configVolume, rulesVolume, authority},
		edges:   prometheusEdges(args),
	}
	if args.RemoteWritePassword != nil {
		password, err := keepSecret(ctx, logical+"-remote-write", manifests.MonitoringNamespace, "remote-write", args.Environment, "",
			pulumi.StringMap{"password": args.RemoteWritePassword}, opts...)
		if err != nil {
			return err
		}
		w.mounts = append(w.mounts, mount("remote-write", remoteWriteDir))
		w.volumes = append(w.volumes, secretVolume("remote-write", password))
	}
	return w.replicated(ctx, logical, args.Environment, prometheusApp+"-members", args.Layout.Replicas, args.Layout.VolumeGiB, opts...)
}

// remoteWriteDir is the directory of manifests.RemoteWritePasswordFile.
const remoteWriteDir = "/run/secrets/remote-write"

// prometheusRules let it find targets and ask kubelets and the API for metrics; of no
// object it may read more than discovery needs.
var prometheusRules = rbacv1.PolicyRuleArray{
	reads("", "pods", "nodes", "services"), reads("discovery.k8s.io", "endpointslices"),
	&rbacv1.PolicyRuleArgs{ApiGroups: texts(""), Resources: texts("nodes/metrics"), Verbs: texts("get")},
	&rbacv1.PolicyRuleArgs{NonResourceURLs: texts("/metrics"), Verbs: texts("get")},
}

// prometheusEdges is everything that is scraped, and those who ask: the rest of its
// namespace.
func prometheusEdges(args *MonitoringArgs) edges {
	monitoring := peer{namespace: manifests.MonitoringNamespace}
	c := manifests.DefaultPatroni()
	e := edges{
		in: []allowed{
			tcp(monitoring, manifests.PrometheusPort),
			// The adapter that autoscalers ask.
			tcp(peer{namespace: manifests.AutoscalingNamespace}, manifests.PrometheusPort),
		},
		out: []allowed{
			tcp(monitoring, manifests.PrometheusPort, manifests.AlertmanagerPort, manifests.GrafanaPort, manifests.KubeStateMetricsPort,
				manifests.PushgatewayPort, manifests.RedisExporterPort, manifests.PostgresExporterPort),
			tcp(peer{namespace: manifests.APINamespace}, manifests.APIMetricsPort),
			tcp(peer{namespace: manifests.EdgeNamespace}, manifests.NewTraefik(nil, 0, nil).Ports.Metrics),
			tcp(peer{namespace: manifests.RecordingNamespace}, manifests.EgressPrometheusPort),
			tcp(peer{namespace: manifests.DataNamespace}, c.RESTPort, manifests.PgBouncerExporterPort, manifests.MinIOPort),
			controlPlane,
		},
	}
	e.out = append(e.out, withNodes(args.NodeRanges, manifests.LiveKitPrometheusPort, manifests.NodeExporterPort, manifests.KubeletPort)...)
	if remote := args.Prometheus.RemoteWrite; remote != nil {
		e.out = append(e.out, tcp(world, remote.Port()))
	}
	return e
}
