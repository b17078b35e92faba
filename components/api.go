package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// API is the GoMeet API of one site: the five services of the design, each a Deployment
// with its Service, disruption budget, NetworkPolicy and, where the API is autoscaled,
// its HorizontalPodAutoscaler, in a namespace that enforces the restricted profile. They
// run on the API nodes, one instance per node of the design's size, and cost nothing
// besides those. A new configuration or secret rolls the pods, one at a time, but for the
// data tier's: its servers must have those first (docs/data.md). A changed name replaces a
// Deployment.
type API struct {
	pulumi.ResourceState

	// Namespace is the namespace's name.
	Namespace pulumi.StringOutput
	// Pods is the number of pods of all services. The provider waits for the rollouts,
	// so that all of them were ready when the deployment ended.
	Pods pulumi.IntOutput
}

// APIArgs configures an API.
type APIArgs struct {
	Environment Environment
	// Image is the pinned image of all services; each is told which one it is.
	Image string
	// Services are those of this site as planned.
	Services []sizing.ServicePods
	// Autoscaled says that the pods' number belongs to the autoscaler.
	Autoscaled bool
	// Config is rendered into the ConfigMap.
	Config manifests.API
	// RemoteRedis is the number of Redis servers where they are at another site, else 0.
	RemoteRedis int
	// Store says that recordings are in the platform's own object store.
	Store bool
	// Secrets maps the names of files under manifests.APISecretDir to their contents.
	Secrets pulumi.StringMap
	// SecretsDigest changes when one of Secrets does that pods may begin with at once,
	// BucketKey when the bucket's do.
	SecretsDigest string
	BucketKey     pulumi.StringInput
	// Request is what one pod asks for.
	Request sizing.PodRequest
	// NodeRanges are where LiveKit's nodes are, in CIDR notation.
	NodeRanges []string
}

// NewAPI deploys the API of a site. The options must carry the cluster's provider.
func NewAPI(ctx *pulumi.Context, name string, args *APIArgs, opts ...pulumi.ResourceOption) (*API, error) {
	api := &API{}
	if err := ctx.RegisterComponentResource("gomeet:app:API", name, api, opts...); err != nil {
		return nil, err
	}
	child, env := pulumi.Parent(api), args.Environment
	namespace, err := newNamespace(ctx, name, manifests.APINamespace, env, restricted, child)
	if err != nil {
		return nil, err
	}
	api.Namespace = namespace.Metadata.Name().Elem()
	rendered, err := args.Config.Render()
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata: object(api.Namespace, "api", env),
		Data:     pulumi.StringMap{manifests.APIFile: pulumi.String(rendered)},
	}, child)
	if err != nil {
		return nil, err
	}
	secret, err := keepSecret(ctx, name, manifests.APINamespace, "api", env, "", args.Secrets, child, pulumi.DependsOn([]pulumi.Resource{namespace}))
	if err != nil {
		return nil, err
	}
	var counts pulumi.IntArray
	for _, service := range args.Services {
		deployment, err := api.service(ctx, name, args, service, rendered, config, secret)
		if err != nil {
			return nil, err
		}
		counts = append(counts, deployment.Spec.Replicas().Elem())
	}
	api.Pods = counts.ToIntArrayOutput().ApplyT(func(pods []int) int {
		total := 0
		for _, n := range pods {
			total += n
		}
		return total
	}).(pulumi.IntOutput)
	return api, ctx.RegisterResourceOutputs(api, pulumi.Map{"namespace": api.Namespace, "pods": api.Pods})
}

// service makes everything one service has.
func (a *API) service(
	ctx *pulumi.Context, name string, args *APIArgs, planned sizing.ServicePods,
	rendered string, config *corev1.ConfigMap, secret pulumi.StringInput,
) (*appsv1.Deployment, error) {
	app, env, child := planned.Service.Name, args.Environment, pulumi.Parent(a)
	logical := name + "-" + app
	if err := allowEdges(ctx, logical, manifests.APINamespace, app, env, apiEdges(args.NodeRanges, args.RemoteRedis, args.Store), child); err != nil {
		return nil, err
	}
	options := []pulumi.ResourceOption{child}
	if args.Autoscaled {
		// The count belongs to the HorizontalPodAutoscaler.
		options = append(options, pulumi.IgnoreChanges([]string{"spec.replicas"}))
	}
	deployment, err := appsv1.NewDeployment(ctx, logical, &appsv1.DeploymentArgs{
		Metadata: object(a.Namespace, app, env),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(planned.Pods),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(app)},
			// One by one, in place: a surge pod may find no room, because there is one
			// instance per node, and the plan has spare ones.
			Strategy: &appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{
					MaxSurge: pulumi.Int(0), MaxUnavailable: pulumi.Int(1),
				},
			},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{
					Labels:      recommended(app, env),
					Annotations: merge(rolls(rendered, args.SecretsDigest), rollsWithKey(env, args.BucketKey)),
				},
				Spec: apiPod(app, args, config, secret),
			},
		},
	}, options...)
	if err != nil {
		return nil, err
	}
	if _, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{
		Metadata: object(a.Namespace, app, env),
		Spec: &corev1.ServiceSpecArgs{
			Selector: selector(app),
			Ports: corev1.ServicePortArray{
				&corev1.ServicePortArgs{Name: pulumi.String("http"), Port: pulumi.Int(manifests.APIPort), TargetPort: pulumi.String("http")},
				&corev1.ServicePortArgs{Name: pulumi.String("metrics"), Port: pulumi.Int(manifests.APIMetricsPort), TargetPort: pulumi.String("metrics")},
			},
		},
	}, child); err != nil {
		return nil, err
	}
	if err := budget(ctx, logical, manifests.APINamespace, app, env, child, pulumi.DependsOn([]pulumi.Resource{deployment})); err != nil {
		return nil, err
	}
	if args.Autoscaled {
		return deployment, a.autoscale(ctx, logical, env, planned, deployment)
	}
	return deployment, nil
}

// apiEdges is what a service may receive and send: requests from the edge and from each
// other, scrapes, the data tier, LiveKit's room API on its nodes, and HTTPS to the world
// for object storage and sign-in providers.
func apiEdges(nodes []string, redisServers int, store bool) edges {
	e := edges{
		in: []allowed{
			tcp(peer{app: edgeApp, namespace: manifests.EdgeNamespace}, manifests.APIPort),
			tcp(peer{namespace: manifests.APINamespace}, manifests.APIPort),
			tcp(peer{namespace: manifests.MonitoringNamespace}, manifests.APIMetricsPort),
		},
		out: []allowed{
			tcp(peer{namespace: manifests.APINamespace}, manifests.APIPort),
			tcp(peer{app: manifests.PgBouncerService, namespace: manifests.DataNamespace}, manifests.PgBouncerPort),
			tcp(peer{app: manifests.RedisService, namespace: manifests.DataNamespace}, manifests.RedisPort),
			tcp(world, 443),
		},
	}
	if store {
		e.out = append(e.out, tcp(peer{app: manifests.MinIOService, namespace: manifests.DataNamespace}, manifests.MinIOPort))
	}
	for _, nodeRange := range nodes {
		e.out = append(e.out, tcp(ofNodes(nodeRange), manifests.LiveKitPort))
		if store && redisServers > 0 {
			e.out = append(e.out, tcp(ofNodes(nodeRange), manifests.MinIOPort))
		}
		if redisServers > 0 {
			// At another site than Redis': its private load balancer, a port per server.
			e.out = append(e.out, allowed{
				peer: ofNodes(nodeRange), protocol: "TCP", ports: []int{manifests.RedisPort}, last: manifests.RedisPort + redisServers - 1,
			})
		}
	}
	return e
}

func apiPod(app string, args *APIArgs, config *corev1.ConfigMap, secret pulumi.StringInput) *corev1.PodSpecArgs {
	spec := &corev1.PodSpecArgs{
		// The API never talks to the Kubernetes API.
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityAPI)),
		TerminationGracePeriodSeconds: pulumi.Int(manifests.APIDrainSeconds + apiSettleSeconds),
		TopologySpreadConstraints:     spread(app),
		SecurityContext:               restrictedPod(),
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:  pulumi.String(app),
			Image: pulumi.String(args.Image),
			Args:  pulumi.ToStringArray([]string{"--service=" + app, "--config=" + apiConfigDir + "/" + manifests.APIFile}),
			Ports: corev1.ContainerPortArray{
				containerPort("http", manifests.APIPort), containerPort("metrics", manifests.APIMetricsPort),
			},
			Resources:      resources(args.Request),
			StartupProbe:   startup(httpGet(manifests.HealthPath, "http", 2)),
			ReadinessProbe: httpGet(manifests.HealthPath, "http", 5),
			// Alive is not the same as ready: while a database is away, a pod is not
			// ready, and restarting all of them would not bring it back.
			LivenessProbe: tcpOpen("http", 10),
			Lifecycle: &corev1.LifecycleArgs{PreStop: &corev1.LifecycleHandlerArgs{
				// New connections stop a moment after the pod is told to: the edge learns
				// of it through cluster DNS and kube-proxy.
				Sleep: &corev1.SleepActionArgs{Seconds: pulumi.Int(apiSettleSeconds)},
			}},
			VolumeMounts:    corev1.VolumeMountArray{mount("config", apiConfigDir), mount("secret", manifests.APISecretDir)},
			SecurityContext: restrictedContainer(),
		}},
		Volumes: corev1.VolumeArray{configVolume("config", config), secretVolume("secret", secret)},
	}
	onRole(spec, sizing.RoleAPI)
	return spec
}

const (
	apiConfigDir = "/etc/gomeet"
	// apiSettleSeconds is how long a stopping pod goes on as before; 5 s is what
	// operators give endpoints to spread.
	apiSettleSeconds = 5
)

// startup gives a container two minutes to come up: an image of some hundred MiB has to
// be unpacked on a busy node, and connections opened.
func startup(probe *corev1.ProbeArgs) *corev1.ProbeArgs {
	probe.FailureThreshold = pulumi.Int(60)
	return probe
}
