package components

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// replicated makes so many pods of a watcher, each with a name and, unless gib is 0, a
// volume "data"; a headless Service of the name members; and a disruption budget. Volumes
// go with the set: old metrics are worth no care.
func (w watcher) replicated(
	ctx *pulumi.Context, logical string, env Environment, members string, pods, gib int, opts ...pulumi.ResourceOption,
) error {
	logical += "-" + w.app
	in := pulumi.String(manifests.MonitoringNamespace)
	if err := w.service(ctx, logical, env, opts...); err != nil {
		return err
	}
	if err := headless(ctx, logical, env, in, members, w.app, corev1.ServicePortArray{servicePort(w.portName, w.port)}, opts...); err != nil {
		return err
	}
	var claims corev1.PersistentVolumeClaimTypeArray
	if gib > 0 {
		claims = corev1.PersistentVolumeClaimTypeArray{&corev1.PersistentVolumeClaimTypeArgs{
			ApiVersion: pulumi.String("v1"), Kind: pulumi.String("PersistentVolumeClaim"),
			Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("data"), Labels: recommended(w.app, env)},
			Spec: &corev1.PersistentVolumeClaimSpecArgs{
				AccessModes:      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
				StorageClassName: pulumi.String(scratchClass),
				Resources: &corev1.VolumeResourceRequirementsArgs{
					Requests: pulumi.StringMap{"storage": pulumi.String(gibibytes(gib))},
				},
			},
		}}
	}
	set, err := appsv1.NewStatefulSet(ctx, logical, &appsv1.StatefulSetArgs{
		Metadata: unawaited(object(in, w.app, env)),
		Spec: &appsv1.StatefulSetSpecArgs{
			ServiceName:         pulumi.String(members),
			Replicas:            pulumi.Int(pods),
			PodManagementPolicy: pulumi.String("Parallel"),
			UpdateStrategy:      &appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("RollingUpdate")},
			MinReadySeconds:     pulumi.Int(settleSeconds),
			PersistentVolumeClaimRetentionPolicy: &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{
				WhenDeleted: pulumi.String("Delete"), WhenScaled: pulumi.String("Retain"),
			},
			Selector:             &metav1.LabelSelectorArgs{MatchLabels: selector(w.app)},
			Template:             w.template(env),
			VolumeClaimTemplates: claims,
		},
	}, append(opts, volumesStay)...)
	if err != nil {
		return err
	}
	return budget(ctx, logical, manifests.MonitoringNamespace, w.app, env, append(opts, pulumi.DependsOn([]pulumi.Resource{set}))...)
}
