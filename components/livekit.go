package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// LiveKit is the SFU of one site: one pod per SFU node, on the node's own network and
// public address, in a namespace of its own that allows that. It costs nothing besides
// its nodes.
//
// No rollout and no drain by hand cuts a running meeting: a pod that is told to stop takes no
// new meetings and ends when its last one does, for up to five hours; the disruption budget
// lets one node drain at a time, also while none is ready because Redis is away; the cluster
// autoscaler does not evict it; and a rollout replaces one pod at a time, on the node that
// became free. What does cut meetings: a node that is lost, a new size of the SFU nodes, whose
// pool is deleted whatever runs on it, and an upgrade of the cluster, which replaces up to ten
// nodes at a time and deletes the pods that are still there after 15 minutes, whatever their
// budget (docs.digitalocean.com/products/kubernetes/how-to/upgrade-cluster). A rollout may
// take hours, and
// the program does not wait for it: a changed configuration or key is under way when the
// deployment ends (docs/real-account.md). New passwords of Redis roll nothing.
type LiveKit struct {
	pulumi.ResourceState
}

// LiveKitArgs configures a LiveKit.
type LiveKitArgs struct {
	Environment Environment
	// Config is that of every node of the site.
	Config manifests.LiveKit
	// Key is the secret of the API key manifests.LiveKitKeyName, and RedisPassword that
	// of the Redis user. Both are secrets.
	Key, RedisPassword pulumi.StringInput
	// RedisAuthority is PEM, what Redis' nodes are checked against.
	RedisAuthority pulumi.StringInput
	// KeyDigest changes when Key does. A node reads it when it starts, and refuses whoever
	// shows a token of another.
	KeyDigest string
	// Scaling is the number of nodes, and its limits where the pool is autoscaled.
	Scaling sizing.Scaling
	// Nodes is the planned number.
	Nodes int
	// Request is what one pod asks for.
	Request sizing.PodRequest
}

const (
	livekitApp       = manifests.LiveKitService
	livekitConfigDir = "/etc/livekit"
	// sfuUpWindow and sfuUpPeriod: the design's text says "CPU > 70% for 5 minutes", its
	// YAML doubles the pods every 15 s; a node takes minutes to come, so the text's five are
	// what can be had, two nodes each time. sfuDownWindow: the text says "CPU < 30% for 10
	// minutes", its YAML waits five and lets a tenth go each minute. Neither knows that a node which goes must empty first, so it waits
	// an hour, the length of half a meeting, and lets one go each half hour, the longest
	// period that Kubernetes takes.
	sfuUpWindow, sfuUpPeriod     = sizing.SFUUpWindowSeconds, sizing.SFUUpPeriodSeconds
	sfuDownWindow, sfuDownPeriod = sizing.SFUDownWindowSeconds, sizing.SFUDownPeriodSeconds
)

// NewLiveKit deploys the SFU of a site. The options must carry the cluster's provider.
func NewLiveKit(ctx *pulumi.Context, name string, args *LiveKitArgs, opts ...pulumi.ResourceOption) (*LiveKit, error) {
	livekit := &LiveKit{}
	if err := ctx.RegisterComponentResource("gomeet:app:LiveKit", name, livekit, opts...); err != nil {
		return nil, err
	}
	child, env, logical := pulumi.Parent(livekit), args.Environment, name+"-livekit"
	namespace, err := newNamespace(ctx, logical, manifests.MediaNamespace, env, privileged, child)
	if err != nil {
		return nil, err
	}
	in := namespace.Metadata.Name().Elem()
	rendered, err := args.Config.Render()
	if err != nil {
		return nil, err
	}
	kernel, err := manifests.NewKernel().Render()
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, logical, &corev1.ConfigMapArgs{
		Metadata: object(in, livekitApp, env),
		Data:     pulumi.StringMap{manifests.LiveKitFile: pulumi.String(rendered), manifests.KernelFile: pulumi.String(kernel)},
	}, child)
	if err != nil {
		return nil, err
	}
	secret, err := keepSecret(ctx, logical, manifests.MediaNamespace, livekitApp, env, "", pulumi.StringMap{
		"keys.yaml":      pulumi.Sprintf("%s: %s\n", manifests.LiveKitKeyName, args.Key),
		"redis-password": args.RedisPassword, "redis-ca.crt": args.RedisAuthority,
	}, child, pulumi.DependsOn([]pulumi.Resource{namespace}))
	if err != nil {
		return nil, err
	}
	options := []pulumi.ResourceOption{child}
	autoscaled := args.Scaling.Max > args.Scaling.Min
	if autoscaled {
		options = append(options, pulumi.IgnoreChanges([]string{"spec.replicas"}))
	}
	metadata := object(in, livekitApp, env)
	unawaited(metadata)
	deployment, err := appsv1.NewDeployment(ctx, logical, &appsv1.DeploymentArgs{
		Metadata: metadata,
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(args.Nodes),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(livekitApp)},
			// A second pod cannot have the ports of a node, so one goes before one comes.
			Strategy: &appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{
					MaxSurge: pulumi.Int(0), MaxUnavailable: pulumi.Int(1),
				},
			},
			// No progress while a node drains is no failure.
			ProgressDeadlineSeconds: pulumi.Int(manifests.LiveKitDrainSeconds + 3600),
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{
					Labels: recommended(livekitApp, env),
					Annotations: merge(rolls(rendered, kernel, args.KeyDigest), pulumi.StringMap{
						// The cluster autoscaler's own drain ends pods after ten minutes.
						"cluster-autoscaler.kubernetes.io/safe-to-evict": pulumi.String("false"),
					}),
				},
				Spec: livekitPod(args, config, secret),
			},
		},
	}, options...)
	if err != nil {
		return nil, err
	}
	if _, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{
		Metadata: unawaited(object(in, livekitApp, env)),
		Spec: &corev1.ServiceSpecArgs{
			Selector: selector(livekitApp),
			Ports: corev1.ServicePortArray{
				&corev1.ServicePortArgs{Name: pulumi.String("http"), Port: pulumi.Int(args.Config.Port), TargetPort: pulumi.String("http")},
			},
		},
		// A Service without ready pods is no failure either, while meetings drain.
	}, child, pulumi.DependsOn([]pulumi.Resource{deployment})); err != nil {
		return nil, err
	}
	// Ready is that Redis answers (livekitPod). While it does not, nodes full of meetings are
	// not ready, and no drain may take them all.
	if err := budgetOf(ctx, logical, manifests.MediaNamespace, livekitApp, env, ifHealthy, child, pulumi.DependsOn([]pulumi.Resource{deployment})); err != nil {
		return nil, err
	}
	if autoscaled {
		if err := autoscaler(ctx, logical, env, target{
			namespace: manifests.MediaNamespace, app: livekitApp, low: args.Scaling.Min, high: args.Scaling.Max,
			// Not memory, as in the design: it does not limit an SFU.
			metrics: autoscalingv2.MetricSpecArray{cpuAt(args.Scaling.CPUPercent)},
			up:      rule(sfuUpWindow, sizing.SFUUpNodes, 0, sfuUpPeriod), down: rule(sfuDownWindow, sizing.SFUDownNodes, 0, sfuDownPeriod),
		}, deployment, child); err != nil {
			return nil, err
		}
	}
	return livekit, ctx.RegisterResourceOutputs(livekit, pulumi.Map{})
}
