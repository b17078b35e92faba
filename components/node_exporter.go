package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// nodeExporter runs on every node. It sees the host's processes, network and file
// systems, read-only, which needs a namespace that allows the host; it is otherwise as
// restricted as the others. The nodes' firewalls keep its port from the internet.
func nodeExporter(ctx *pulumi.Context, logical string, args *MonitoringArgs, opts ...pulumi.ResourceOption) error {
	app, env := manifests.NodeExporterApp, args.Environment
	logical += "-" + app
	namespace, err := newNamespace(ctx, logical, manifests.NodeMetricsNamespace, env, privileged, opts...)
	if err != nil {
		return err
	}
	_, err = appsv1.NewDaemonSet(ctx, logical, &appsv1.DaemonSetArgs{
		Metadata: unawaited(object(namespace.Metadata.Name().Elem(), app, env)),
		Spec: &appsv1.DaemonSetSpecArgs{
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(app)},
			UpdateStrategy: &appsv1.DaemonSetUpdateStrategyArgs{
				Type:          pulumi.String("RollingUpdate"),
				RollingUpdate: &appsv1.RollingUpdateDaemonSetArgs{MaxUnavailable: pulumi.String("20%")},
			},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: recommended(app, env)},
				Spec: &corev1.PodSpecArgs{
					AutomountServiceAccountToken: pulumi.Bool(false),
					EnableServiceLinks:           pulumi.Bool(false),
					PriorityClassName:            pulumi.String(string(priorityWatch)),
					HostNetwork:                  pulumi.Bool(true),
					HostPID:                      pulumi.Bool(true),
					SecurityContext:              restrictedPod(),
					// Media and data nodes too.
					Tolerations: corev1.TolerationArray{&corev1.TolerationArgs{Operator: pulumi.String("Exists")}},
					Containers: corev1.ContainerArray{&corev1.ContainerArgs{
						Name:  pulumi.String(app),
						Image: pulumi.String(manifests.NodeExporterImage),
						Args:  pulumi.ToStringArray(manifests.NodeExporterArgs()),
						// The node's address in the VPC, which is the pod's; not its public one.
						Env:             corev1.EnvVarArray{fromField("POD_IP", "status.podIP")},
						Ports:           corev1.ContainerPortArray{hostPort("metrics", "TCP", manifests.NodeExporterPort)},
						Resources:       resources(sizing.NodeExporterRequest()),
						ReadinessProbe:  tcpOpen("metrics", 10),
						LivenessProbe:   tcpOpen("metrics", 30),
						SecurityContext: restrictedContainer(),
						VolumeMounts: corev1.VolumeMountArray{&corev1.VolumeMountArgs{
							Name: pulumi.String("root"), MountPath: pulumi.String(manifests.NodeExporterRoot), ReadOnly: pulumi.Bool(true),
							// What is mounted on the host later is seen, too.
							MountPropagation: pulumi.String("HostToContainer"),
						}},
					}},
					Volumes: corev1.VolumeArray{&corev1.VolumeArgs{
						Name: pulumi.String("root"), HostPath: &corev1.HostPathVolumeSourceArgs{Path: pulumi.String("/")},
					}},
				},
			},
		},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{namespace}))...)
	return err
}
