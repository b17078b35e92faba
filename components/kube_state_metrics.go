package components

import (
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// kubeStateMetrics makes the exporter of Kubernetes' objects. It may list what it
// exports and nothing else: no Secret and no ConfigMap.
func kubeStateMetrics(ctx *pulumi.Context, logical string, args *MonitoringArgs, opts ...pulumi.ResourceOption) error {
	account, err := clusterReader(ctx, logical, args.Environment, manifests.KubeStateMetricsApp, rbacv1.PolicyRuleArray{
		reads("", "nodes", "pods", "persistentvolumeclaims"), reads("apps", "deployments", "statefulsets", "daemonsets"),
		reads("batch", "jobs", "cronjobs"), reads("autoscaling", "horizontalpodautoscalers"), reads("policy", "poddisruptionbudgets"),
	}, opts...)
	if err != nil {
		return err
	}
	return watcher{
		app: manifests.KubeStateMetricsApp, image: manifests.KubeStateMetricsImage,
		portName: "metrics", port: manifests.KubeStateMetricsPort, ready: "/livez",
		args:    manifests.KubeStateMetricsArgs(),
		account: account.ToStringPtrOutput(), request: args.Layout.Small,
		edges: edges{in: []allowed{fromPrometheus(manifests.KubeStateMetricsPort)}, out: []allowed{controlPlane}},
	}.deployment(ctx, logical, args.Environment, opts...)
}
