package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Edge is Traefik on every API node of one site, behind the site's load balancers: a
// DaemonSet, so that a load balancer finds a pod on each node it knows, and a NodePort
// Service that keeps traffic on the node it came to. It has no token for the Kubernetes
// API (docs/decisions/0004). It costs nothing besides its share of the API nodes. A new
// configuration is read without a restart; a new certificate rolls the pods, one node at
// a time.
type Edge struct {
	pulumi.ResourceState
}

// EdgeArgs configures an Edge.
type EdgeArgs struct {
	Environment Environment
	// Config is Traefik's.
	Config manifests.Traefik
	// Certificate and Key are PEM, for the way from the load balancer; the load balancer
	// does not check them. Key is a secret.
	Certificate, Key pulumi.StringInput
	// SecretsDigest changes when they do: Traefik reads them when it starts.
	SecretsDigest string
	// Request is what one pod asks for.
	Request sizing.PodRequest
	// LoadBalancerRanges is where load balancers connect from: the VPC, in CIDR notation.
	// LiveKit's nodes are there too.
	LoadBalancerRanges []string
}

const (
	edgeApp = "traefik"
	// edgeStaticDir is where the static configuration is mounted; the dynamic one is
	// alone in its directory, which Traefik watches.
	edgeStaticDir = "/etc/traefik/static"
)

// NewEdge deploys the edge of a site. The options must carry the cluster's provider.
func NewEdge(ctx *pulumi.Context, name string, args *EdgeArgs, opts ...pulumi.ResourceOption) (*Edge, error) {
	edge := &Edge{}
	if err := ctx.RegisterComponentResource("gomeet:app:Edge", name, edge, opts...); err != nil {
		return nil, err
	}
	child, env, logical := pulumi.Parent(edge), args.Environment, name+"-edge"
	namespace, err := newNamespace(ctx, logical, manifests.EdgeNamespace, env, restricted, child)
	if err != nil {
		return nil, err
	}
	in := namespace.Metadata.Name().Elem()
	static, err := args.Config.RenderStatic()
	if err != nil {
		return nil, err
	}
	dynamic, err := args.Config.RenderDynamic()
	if err != nil {
		return nil, err
	}
	volumes, err := edge.volumes(ctx, logical, namespace, args, static, dynamic)
	if err != nil {
		return nil, err
	}
	if err := allowEdges(ctx, logical, manifests.EdgeNamespace, edgeApp, env, edgeEdges(args), child); err != nil {
		return nil, err
	}
	daemons, err := appsv1.NewDaemonSet(ctx, logical, &appsv1.DaemonSetArgs{
		Metadata: object(in, edgeApp, env),
		Spec: &appsv1.DaemonSetSpecArgs{
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(edgeApp)},
			UpdateStrategy: &appsv1.DaemonSetUpdateStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				// The new pod is there before the old one goes: no node is without an edge.
				RollingUpdate: &appsv1.RollingUpdateDaemonSetArgs{MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)},
			},
			Template: &corev1.PodTemplateSpecArgs{
				// The dynamic part is followed without a restart.
				Metadata: &metav1.ObjectMetaArgs{Labels: recommended(edgeApp, env), Annotations: rolls(static, args.SecretsDigest)},
				Spec:     edgePod(args, volumes),
			},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	if _, err := corev1.NewService(ctx, logical, edgeService(in, args), child, pulumi.DependsOn([]pulumi.Resource{daemons})); err != nil {
		return nil, err
	}
	return edge, ctx.RegisterResourceOutputs(edge, pulumi.Map{})
}

// volumes makes what the pods mount.
func (e *Edge) volumes(
	ctx *pulumi.Context, logical string, namespace *corev1.Namespace, args *EdgeArgs, static, dynamic string,
) (corev1.VolumeArray, error) {
	child, in := pulumi.Parent(e), namespace.Metadata.Name().Elem()
	var volumes corev1.VolumeArray
	for _, config := range []struct{ name, file, text string }{
		{"static", manifests.TraefikStaticFile, static}, {"dynamic", manifests.TraefikDynamicFile, dynamic},
	} {
		made, err := corev1.NewConfigMap(ctx, logical+"-"+config.name, &corev1.ConfigMapArgs{
			Metadata: object(in, edgeApp+"-"+config.name, args.Environment),
			Data:     pulumi.StringMap{config.file: pulumi.String(config.text)},
		}, child)
		if err != nil {
			return nil, err
		}
		volumes = append(volumes, configVolume(config.name, made))
	}
	certificate, err := keepSecret(ctx, logical, manifests.EdgeNamespace, edgeApp, args.Environment, "kubernetes.io/tls",
		pulumi.StringMap{"tls.crt": args.Certificate, "tls.key": args.Key}, child, pulumi.DependsOn([]pulumi.Resource{namespace}))
	if err != nil {
		return nil, err
	}
	return append(volumes, secretVolume("certificate", certificate)), nil
}

// edgeEdges is what the edge may receive and send. With externalTrafficPolicy Local the
// load balancer's own address arrives, which is one of the VPC.
func edgeEdges(args *EdgeArgs) edges {
	ports := args.Config.Ports
	e := edges{
		in:  []allowed{tcp(peer{namespace: manifests.MonitoringNamespace}, ports.Metrics)},
		out: []allowed{tcp(peer{namespace: manifests.APINamespace}, manifests.APIPort)},
	}
	e.in = append(e.in, withNodes(args.LoadBalancerRanges, ports.Web, ports.WebSecure, ports.WebSocket, ports.Ping)...)
	e.out = append(e.out, withNodes(args.LoadBalancerRanges, manifests.LiveKitPort)...)
	return e
}

func edgePod(args *EdgeArgs, volumes corev1.VolumeArray) *corev1.PodSpecArgs {
	ports := args.Config.Ports
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken:  pulumi.Bool(false),
		EnableServiceLinks:            pulumi.Bool(false),
		PriorityClassName:             pulumi.String(string(priorityEdge)),
		TerminationGracePeriodSeconds: pulumi.Int(args.Config.DrainSeconds()),
		SecurityContext:               restrictedPod(),
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:  pulumi.String(edgeApp),
			Image: pulumi.String(manifests.TraefikImage),
			Args:  pulumi.ToStringArray([]string{"--configFile=" + edgeStaticDir + "/" + manifests.TraefikStaticFile}),
			Ports: corev1.ContainerPortArray{
				containerPort("web", ports.Web), containerPort("websecure", ports.WebSecure), containerPort("websocket", ports.WebSocket),
				containerPort("metrics", ports.Metrics), containerPort("ping", ports.Ping),
			},
			Resources: resources(args.Request),
			// Ping answers 503 while the pod drains, so that load balancers let go of it.
			ReadinessProbe: httpGet(manifests.EdgePingPath, "ping", 5),
			LivenessProbe:  tcpOpen("ping", 10),
			VolumeMounts: corev1.VolumeMountArray{
				mount("static", edgeStaticDir), mount("dynamic", manifests.TraefikDynamicDir), mount("certificate", manifests.TraefikCertificateDir),
			},
			SecurityContext: restrictedContainer(),
		}},
		Volumes: volumes,
	}
	onRole(spec, sizing.RoleAPI)
	return spec
}

func edgeService(in pulumi.StringInput, args *EdgeArgs) *corev1.ServiceArgs {
	metadata := object(in, edgeApp, args.Environment)
	// DOKS opens the NodePorts of a Service to the world unless it is told not to.
	metadata.Annotations = merge(metadata.Annotations.(pulumi.StringMap), pulumi.StringMap{
		"kubernetes.digitalocean.com/firewall-managed": pulumi.String("false"),
	})
	var ports corev1.ServicePortArray
	for _, p := range []struct {
		name             string
		inside, nodePort int
	}{
		{"web", args.Config.Ports.Web, manifests.EdgeHTTPPort}, {"websecure", args.Config.Ports.WebSecure, manifests.EdgeHTTPSPort},
		{"websocket", args.Config.Ports.WebSocket, manifests.EdgeWebSocketPort}, {"ping", args.Config.Ports.Ping, manifests.EdgePingPort},
	} {
		ports = append(ports, &corev1.ServicePortArgs{
			Name: pulumi.String(p.name), Port: pulumi.Int(p.inside), TargetPort: pulumi.String(p.name), NodePort: pulumi.Int(p.nodePort),
		})
	}
	return &corev1.ServiceArgs{
		Metadata: metadata,
		Spec: &corev1.ServiceSpecArgs{
			Type:     pulumi.String("NodePort"),
			Selector: selector(edgeApp),
			Ports:    ports,
			// On the node it came to: no second hop, and the sender's address is kept.
			ExternalTrafficPolicy: pulumi.String("Local"),
		},
	}
}
