package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// target is what an autoscaler steers.
type target struct {
	namespace, app string
	low, high      int
	metrics        autoscalingv2.MetricSpecArray
	up, down       *autoscalingv2.HPAScalingRulesArgs
}

// autoscaler makes a HorizontalPodAutoscaler for a Deployment.
func autoscaler(
	ctx *pulumi.Context, logical string, env Environment, t target, deployment *appsv1.Deployment, opts ...pulumi.ResourceOption,
) error {
	_, err := autoscalingv2.NewHorizontalPodAutoscaler(ctx, logical, &autoscalingv2.HorizontalPodAutoscalerArgs{
		Metadata: object(pulumi.String(t.namespace), t.app, env),
		Spec: &autoscalingv2.HorizontalPodAutoscalerSpecArgs{
			MinReplicas: pulumi.Int(t.low),
			MaxReplicas: pulumi.Int(t.high),
			ScaleTargetRef: &autoscalingv2.CrossVersionObjectReferenceArgs{
				ApiVersion: pulumi.String("apps/v1"), Kind: pulumi.String("Deployment"), Name: deployment.Metadata.Name().Elem(),
			},
			Metrics:  t.metrics,
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehaviorArgs{ScaleUp: t.up, ScaleDown: t.down},
		},
	}, opts...)
	return err
}

// cpuAt steers to a share of what the pods ask for, in percent.
func cpuAt(percent int) *autoscalingv2.MetricSpecArgs {
	return &autoscalingv2.MetricSpecArgs{
		Type: pulumi.String("Resource"),
		Resource: &autoscalingv2.ResourceMetricSourceArgs{
			Name: pulumi.String("cpu"),
			Target: &autoscalingv2.MetricTargetArgs{
				Type: pulumi.String("Utilization"), AverageUtilization: pulumi.Int(percent),
			},
		},
	}
}

// podsAt steers to an average per pod of a metric that the pods serve.
func podsAt(metric string, average int) *autoscalingv2.MetricSpecArgs {
	return &autoscalingv2.MetricSpecArgs{
		Type: pulumi.String("Pods"),
		Pods: &autoscalingv2.PodsMetricSourceArgs{
			Metric: &autoscalingv2.MetricIdentifierArgs{Name: pulumi.String(metric)},
			Target: &autoscalingv2.MetricTargetArgs{
				Type: pulumi.String("AverageValue"), AverageValue: pulumi.Sprintf("%d", average),
			},
		},
	}
}

// rule allows a step each period, after the recommendation has held for a stabilization
// window; all in seconds. A percent of 0 steps by pods.
func rule(window, pods, percent, period int) *autoscalingv2.HPAScalingRulesArgs {
	policies := autoscalingv2.HPAScalingPolicyArray{&autoscalingv2.HPAScalingPolicyArgs{
		Type: pulumi.String("Pods"), Value: pulumi.Int(pods), PeriodSeconds: pulumi.Int(period),
	}}
	if percent > 0 {
		policies = append(policies, &autoscalingv2.HPAScalingPolicyArgs{
			Type: pulumi.String("Percent"), Value: pulumi.Int(percent), PeriodSeconds: pulumi.Int(period),
		})
	}
	return &autoscalingv2.HPAScalingRulesArgs{
		StabilizationWindowSeconds: pulumi.Int(window), SelectPolicy: pulumi.String("Max"), Policies: policies,
	}
}

// autoscale makes a service's autoscaler: CPU for all of them, connections too for those
// that hold WebSockets. Up at once, by half; down after the five minutes that Kubernetes
// waits by default, two pods a minute, because every pod that goes sends its clients to
// reconnect elsewhere.
func (a *API) autoscale(ctx *pulumi.Context, logical string, env Environment, planned sizing.ServicePods, deployment *appsv1.Deployment) error {
	metrics := autoscalingv2.MetricSpecArray{cpuAt(sizing.APICPUTargetPercent)}
	if planned.Service.WebSocket {
		metrics = append(metrics, podsAt(manifests.WebSocketMetric, sizing.WebSocketsPerAPIInstanceTarget))
	}
	return autoscaler(ctx, logical, env, target{
		namespace: manifests.APINamespace, app: planned.Service.Name, low: planned.Min, high: planned.Max,
		metrics: metrics, up: rule(0, 2, 50, 60), down: rule(300, 2, 0, 60),
	}, deployment, pulumi.Parent(a))
}
