package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Recorders is LiveKit egress at one site: one pod per recorder node, each a browser that
// joins a meeting and writes it to the recordings bucket. The design has no nodes for
// them; package sizing prices what it takes, and a stack has them when its plan has the
// pool. The browser's own sandbox needs a capability, so the namespace allows that. A
// pod that is told to stop finishes its recordings, for up to an hour.
type Recorders struct {
	pulumi.ResourceState
}

// RecordersArgs configures Recorders.
type RecordersArgs struct {
	Environment Environment
	// Config is that of every recorder.
	Config manifests.Egress
	// LiveKitKey is the secret of manifests.LiveKitKeyName; RedisPassword, AccessKey and
	// SecretKey are Redis' and the bucket's. All are secrets.
	LiveKitKey, RedisPassword, AccessKey, SecretKey pulumi.StringInput
	// RedisAuthority is PEM, what Redis' nodes are checked against.
	RedisAuthority pulumi.StringInput
	// KeyDigest changes when LiveKitKey does.
	KeyDigest string
	// Store says that the bucket is in the platform's own object store, at the same site,
	// whose certificate is of the same authority as Redis'.
	Store bool
	// Nodes is the number of recorder nodes.
	Nodes int
	// Request is what one pod asks for.
	Request sizing.PodRequest
	// NodeRanges are where LiveKit's nodes are, in CIDR notation.
	NodeRanges []string
}

const recorderApp = manifests.EgressService

// NewRecorders deploys the recorders of a site. The options must carry the cluster's
// provider.
func NewRecorders(ctx *pulumi.Context, name string, args *RecordersArgs, opts ...pulumi.ResourceOption) (*Recorders, error) {
	recorders := &Recorders{}
	if err := ctx.RegisterComponentResource("gomeet:app:Recorders", name, recorders, opts...); err != nil {
		return nil, err
	}
	child, env, logical := pulumi.Parent(recorders), args.Environment, name+"-egress"
	namespace, err := newNamespace(ctx, logical, manifests.RecordingNamespace, env, privileged, child)
	if err != nil {
		return nil, err
	}
	in := namespace.Metadata.Name().Elem()
	rendered, err := args.Config.Render()
	if err != nil {
		return nil, err
	}
	secret, err := keepSecret(ctx, logical, manifests.RecordingNamespace, recorderApp, env, "", pulumi.StringMap{
		"redis-password": args.RedisPassword, "redis-ca.crt": args.RedisAuthority, "livekit-secret": args.LiveKitKey,
		"access-key": args.AccessKey, "secret-key": args.SecretKey,
	}, child, pulumi.DependsOn([]pulumi.Resource{namespace}))
	if err != nil {
		return nil, err
	}
	if err := allowEdges(ctx, logical, manifests.RecordingNamespace, recorderApp, env, recorderEdges(args), child); err != nil {
		return nil, err
	}
	metadata := object(in, recorderApp, env)
	// A recorder that finishes a recording takes up to an hour.
	unawaited(metadata)
	deployment, err := appsv1.NewDeployment(ctx, logical, &appsv1.DeploymentArgs{
		Metadata: metadata,
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(args.Nodes),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(recorderApp)},
			Strategy: &appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{
					MaxSurge: pulumi.Int(0), MaxUnavailable: pulumi.Int(1),
				},
			},
			ProgressDeadlineSeconds: pulumi.Int(2 * manifests.EgressDrainSeconds),
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{
					Labels: recommended(recorderApp, env),
					Annotations: merge(rolls(rendered, args.KeyDigest), rollsWithKey(env, args.AccessKey), pulumi.StringMap{
						"cluster-autoscaler.kubernetes.io/safe-to-evict": pulumi.String("false"),
					}),
				},
				Spec: recorderPod(args, rendered, secret),
			},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	if err := budget(ctx, logical, manifests.RecordingNamespace, recorderApp, env, child, pulumi.DependsOn([]pulumi.Resource{deployment})); err != nil {
		return nil, err
	}
	return recorders, ctx.RegisterResourceOutputs(recorders, pulumi.Map{})
}

// recorderEdges is what a recorder may receive and send: scrapes, Redis for its orders,
// LiveKit's signalling and media on its nodes, and the bucket.
func recorderEdges(args *RecordersArgs) edges {
	e := edges{
		in: []allowed{tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.EgressPrometheusPort)},
		out: []allowed{
			tcp(peer{app: manifests.RedisService, namespace: manifests.DataNamespace}, manifests.RedisPort),
			tcp(world, 443),
			// LiveKit offers its public addresses for media: those of nodes.
			tcp(worldAndNodes, manifests.LiveKitTCPPort),
			udp(worldAndNodes, manifests.LiveKitUDPFirst, manifests.LiveKitUDPLast),
		},
	}
	if args.Store {
		e.out = append(e.out, tcp(peer{app: manifests.MinIOService, namespace: manifests.DataNamespace}, manifests.MinIOPort))
	}
	e.out = append(e.out, withNodes(args.NodeRanges, manifests.LiveKitPort)...)
	return e
}

func recorderPod(args *RecordersArgs, rendered string, secret pulumi.StringInput) *corev1.PodSpecArgs {
	variables := corev1.EnvVarArray{}
	for _, v := range []struct{ name, key string }{
		// The password first: the configuration refers to it.
		{manifests.EgressRedisPasswordEnv, "redis-password"}, {manifests.EgressSecretEnv, "livekit-secret"},
		{manifests.EgressS3KeyEnv, "access-key"}, {manifests.EgressS3SecretEnv, "secret-key"},
	} {
		variables = append(variables, fromSecret(v.name, secret, v.key))
	}
	variables = append(variables,
		&corev1.EnvVarArgs{Name: pulumi.String(manifests.EgressKeyEnv), Value: pulumi.String(manifests.LiveKitKeyName)},
		&corev1.EnvVarArgs{Name: pulumi.String(manifests.EgressConfigEnv), Value: pulumi.String(rendered)},
	)
	if args.Store {
		// Go's programs add the authorities in this directory to the system's own.
		variables = append(variables, variable("SSL_CERT_DIR", redisAuthorityDir))
	}
	c := args.Config
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityRecording)),
		TerminationGracePeriodSeconds: pulumi.Int(manifests.EgressDrainSeconds),
		Affinity:                      oneANode(recorderApp),
		SecurityContext: &corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(egressUser), RunAsGroup: pulumi.Int(egressUser), FsGroup: pulumi.Int(egressUser),
			SeccompProfile: &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:  pulumi.String(recorderApp),
			Image: pulumi.String(manifests.EgressImage),
			Env:   variables,
			Ports: corev1.ContainerPortArray{
				containerPort("health", c.HealthPort), containerPort("metrics", c.PrometheusPort),
			},
			Resources:      recorderResources(args.Request),
			ReadinessProbe: httpGet("/", "health", 5),
			LivenessProbe:  tcpOpen("health", 10),
			// Chrome's sandbox makes namespaces of its own (livekit/egress, README).
			SecurityContext: &corev1.SecurityContextArgs{
				Capabilities: &corev1.CapabilitiesArgs{
					Drop: pulumi.StringArray{pulumi.String("ALL")}, Add: pulumi.StringArray{pulumi.String("SYS_ADMIN")},
				},
			},
			VolumeMounts: corev1.VolumeMountArray{
				writable("work", "/home/egress/tmp"), mount("redis", redisAuthorityDir),
			},
		}},
		Volumes: corev1.VolumeArray{&corev1.VolumeArgs{
			Name: pulumi.String("work"), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(recorderWork)},
		}, secretItems("redis", secret, "redis-ca.crt")},
	}
	onRole(spec, sizing.RoleRecorder)
	return spec
}

const (
	// egressUser is the user of egress' image (livekit/egress, build/egress/Dockerfile).
	egressUser = 1001
	// recorderWork holds recordings until they are uploaded: four hours at 2 Mbit/s are
	// 3.6 GB, and a recorder of 16 vCPUs makes up to three at once.
	recorderWork = "12Gi"
)

// recorderResources lets the work lie on the node's disk.
func recorderResources(r sizing.PodRequest) *corev1.ResourceRequirementsArgs {
	all := resources(r)
	requests, limits := all.Requests.(pulumi.StringMap), all.Limits.(pulumi.StringMap)
	requests["ephemeral-storage"], limits["ephemeral-storage"] = pulumi.String(recorderWork), pulumi.String(recorderWork)
	return all
}
