package components

import (
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

const (
	// keptClass is DOKS' block storage whose volumes outlive their claims, scratchClass
	// that whose volumes go with them (docs.digitalocean.com/products/kubernetes/how-to/
	// add-volumes).
	keptClass, scratchClass = "do-block-storage-retain", "do-block-storage"
	// settleSeconds is how long a new pod must be ready before the next one goes.
	settleSeconds = 10
)

// volumesStay leaves a set's claims as they were made: Kubernetes lets nobody change them,
// and a replacement would take the pods away. Volumes grow by hand (docs/data.md), and
// what is planned later holds for new sets.
var volumesStay = pulumi.IgnoreChanges([]string{"spec.volumeClaimTemplates"})

func gibibytes(n int) string { return fmt.Sprintf("%dGi", n) }

// members is a set of pods that each keep a volume and a name.
type members struct {
	namespace pulumi.StringInput
	// app names the set; service is its headless Service.
	app, service string
	count        int
	// volume is the name of the volume in the pods, gib its size.
	volume  string
	gib     int
	labels  pulumi.StringMap
	changes pulumi.StringMap
	spec    *corev1.PodSpecArgs
}

// newMembers makes the StatefulSet and its disruption budget. All members start at once,
// because they find each other; a rollout takes one at a time, the last first. In a
// protected stack volumes stay when the set shrinks or goes, and even when the cluster
// does; elsewhere they go with the set.
//
// The program does not wait for the pods: a member that copies its data takes minutes to
// hours. What needs the data waits for the job that prepares it.
func newMembers(ctx *pulumi.Context, logical string, env Environment, m members, opts ...pulumi.ResourceOption) (*appsv1.StatefulSet, error) {
	class, whenDeleted := scratchClass, pulumi.String("Delete")
	if env.Protected {
		class, whenDeleted = keptClass, pulumi.String("Retain")
	}
	set, err := appsv1.NewStatefulSet(ctx, logical, &appsv1.StatefulSetArgs{
		Metadata: unawaited(object(m.namespace, m.app, env)),
		Spec: &appsv1.StatefulSetSpecArgs{
			ServiceName:         pulumi.String(m.service),
			Replicas:            pulumi.Int(m.count),
			PodManagementPolicy: pulumi.String("Parallel"),
			MinReadySeconds:     pulumi.Int(settleSeconds),
			UpdateStrategy:      &appsv1.StatefulSetUpdateStrategyArgs{Type: pulumi.String("RollingUpdate")},
			PersistentVolumeClaimRetentionPolicy: &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicyArgs{
				WhenDeleted: whenDeleted, WhenScaled: pulumi.String("Retain"),
			},
			Selector: &metav1.LabelSelectorArgs{MatchLabels: selector(m.app)},
			VolumeClaimTemplates: corev1.PersistentVolumeClaimTypeArray{&corev1.PersistentVolumeClaimTypeArgs{
				ApiVersion: pulumi.String("v1"), Kind: pulumi.String("PersistentVolumeClaim"),
				Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(m.volume), Labels: recommended(m.app, env)},
				Spec: &corev1.PersistentVolumeClaimSpecArgs{
					AccessModes:      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
					StorageClassName: pulumi.String(class),
					Resources: &corev1.VolumeResourceRequirementsArgs{
						Requests: pulumi.StringMap{"storage": pulumi.String(gibibytes(m.gib))},
					},
				},
			}},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: merge(recommended(m.app, env), m.labels), Annotations: m.changes},
				Spec:     m.spec,
			},
		},
	}, append(opts, volumesStay)...)
	if err != nil {
		return nil, err
	}
	return set, budget(ctx, logical, manifests.DataNamespace, m.app, env, append(opts, pulumi.DependsOn([]pulumi.Resource{set}))...)
}

// headless makes the Service that gives every member its name, ready or not: members
// look for each other before they are.
func headless(
	ctx *pulumi.Context, logical string, env Environment, namespace pulumi.StringInput, service, app string, ports corev1.ServicePortArray,
	opts ...pulumi.ResourceOption,
) error {
	_, err := corev1.NewService(ctx, logical+"-"+service, &corev1.ServiceArgs{
		Metadata: unawaited(object(namespace, service, env)),
		Spec: &corev1.ServiceSpecArgs{
			ClusterIP: pulumi.String("None"), PublishNotReadyAddresses: pulumi.Bool(true), Selector: selector(app), Ports: ports,
		},
	}, opts...)
	return err
}

func servicePort(name string, number int) *corev1.ServicePortArgs {
	return &corev1.ServicePortArgs{Name: pulumi.String(name), Port: pulumi.Int(number), TargetPort: pulumi.String(name)}
}

// unawaited tells the provider not to wait until the object works.
func unawaited(metadata *metav1.ObjectMetaArgs) *metav1.ObjectMetaArgs {
	metadata.Annotations = merge(metadata.Annotations.(pulumi.StringMap), pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")})
	return metadata
}
