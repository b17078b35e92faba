package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// watcher is one program of the monitoring namespace: one container, one Service.
type watcher struct {
	// app is the name of everything it has.
	app, image string
	// args are the program's, port its own, named portName.
	args     []string
	portName string
	port     int
	// ready is the path that answers when it works; empty asks for the port only.
	ready   string
	env     corev1.EnvVarArray
	mounts  corev1.VolumeMountArray
	volumes corev1.VolumeArray
	// user is its user and group; 0 is nonroot.
	user int
	// account has a token for Kubernetes' API; nil is none.
	account pulumi.StringPtrInput
	request sizing.PodRequest
	// changes roll the pod.
	changes pulumi.StringMap
	edges   edges
}

// pod is the watcher's pod on a monitoring node.
func (w watcher) pod() *corev1.PodSpecArgs {
	security := restrictedPod()
	if w.user != 0 {
		security = asUser(w.user)
	}
	probe := func(every int) *corev1.ProbeArgs {
		if w.ready == "" {
			return tcpOpen(w.portName, every)
		}
		return httpGet(w.ready, w.portName, every)
	}
	spec := &corev1.PodSpecArgs{
		AutomountServiceAccountToken: pulumi.Bool(w.account != nil),
		EnableServiceLinks:           pulumi.Bool(false),
		PriorityClassName:            pulumi.String(string(priorityWatch)),
		SecurityContext:              security,
		TopologySpreadConstraints:    spread(w.app),
		Containers: corev1.ContainerArray{&corev1.ContainerArgs{
			Name:            pulumi.String(w.app),
			Image:           pulumi.String(w.image),
			Args:            pulumi.ToStringArray(w.args),
			Env:             w.env,
			Ports:           corev1.ContainerPortArray{containerPort(w.portName, w.port)},
			Resources:       resources(w.request),
			StartupProbe:    startup(tcpOpen(w.portName, 2)),
			ReadinessProbe:  probe(10),
			LivenessProbe:   tcpOpen(w.portName, 30),
			VolumeMounts:    w.mounts,
			SecurityContext: restrictedContainer(),
		}},
		Volumes: w.volumes,
	}
	if w.account != nil {
		spec.ServiceAccountName = w.account
	}
	onRole(spec, sizing.RoleMonitoring)
	return spec
}

func (w watcher) template(env Environment) *corev1.PodTemplateSpecArgs {
	return &corev1.PodTemplateSpecArgs{
		Metadata: &metav1.ObjectMetaArgs{Labels: recommended(w.app, env), Annotations: w.changes}, Spec: w.pod(),
	}
}

// service makes the watcher's Service and its NetworkPolicy.
func (w watcher) service(ctx *pulumi.Context, logical string, env Environment, opts ...pulumi.ResourceOption) error {
	if err := allowEdges(ctx, logical, manifests.MonitoringNamespace, w.app, env, w.edges, opts...); err != nil {
		return err
	}
	_, err := corev1.NewService(ctx, logical, &corev1.ServiceArgs{
		Metadata: unawaited(object(pulumi.String(manifests.MonitoringNamespace), w.app, env)),
		Spec:     &corev1.ServiceSpecArgs{Selector: selector(w.app), Ports: corev1.ServicePortArray{servicePort(w.portName, w.port)}},
	}, opts...)
	return err
}

// deployment makes one pod that keeps nothing, and its Service. The program does not wait
// for it: what it asks may come later.
func (w watcher) deployment(ctx *pulumi.Context, logical string, env Environment, opts ...pulumi.ResourceOption) error {
	logical += "-" + w.app
	if err := w.service(ctx, logical, env, opts...); err != nil {
		return err
	}
	_, err := appsv1.NewDeployment(ctx, logical, &appsv1.DeploymentArgs{
		Metadata: unawaited(object(pulumi.String(manifests.MonitoringNamespace), w.app, env)),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(w.app)},
			Template: w.template(env),
		},
	}, opts...)
	return err
}

// fromPrometheus is the scrape that every watcher receives.
func fromPrometheus(port int) allowed {
	return tcp(peer{app: manifests.PrometheusService, namespace: manifests.MonitoringNamespace}, port)
}
