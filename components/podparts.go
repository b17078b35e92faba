package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// asUser is restrictedPod for an image with a user of its own.
func asUser(id int) *corev1.PodSecurityContextArgs {
	security := restrictedPod()
	security.RunAsUser, security.RunAsGroup, security.FsGroup = pulumi.Int(id), pulumi.Int(id), pulumi.Int(id)
	return security
}

// httpsGet is httpGet over TLS; kubelet does not check the certificate.
func httpsGet(path, port string, every int) *corev1.ProbeArgs {
	probe := httpGet(path, port, every)
	probe.HttpGet.(*corev1.HTTPGetActionArgs).Scheme = pulumi.String("HTTPS")
	return probe
}

// configItem mounts one file of a ConfigMap.
func configItem(name string, config *corev1.ConfigMap, file string) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{
		Name:  config.Metadata.Name(),
		Items: corev1.KeyToPathArray{&corev1.KeyToPathArgs{Key: pulumi.String(file), Path: pulumi.String(file)}},
	}}
}

// inMemory is a directory in memory, which counts as the container's.
func inMemory(name, size string) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), EmptyDir: &corev1.EmptyDirVolumeSourceArgs{
		Medium: pulumi.String("Memory"), SizeLimit: pulumi.String(size),
	}}
}

// pushMetrics tells jobs where their metrics go (scripts/metrics-lib.sh).
func pushMetrics() *corev1.EnvVarArgs { return variable("METRICS_PUSH", manifests.PushgatewayURL()) }

// controlPlane is Kubernetes' API. DigitalOcean does not say where in which range it is,
// so only the ports are fixed: 443 is the Service's, 6443 the API server's own, and 16443
// that of the proxy to a highly available control plane, which runs on each node
// (docs.digitalocean.com/products/kubernetes/details/limits, cpc-bridge-proxy). It is never
// link-local, where each Droplet's metadata is.
var controlPlane = tcp(peer{
	cidr: "0.0.0.0/0", except: []string{"169.254.0.0/16"}, entities: append([]string{"kube-apiserver"}, nodeEntities...),
}, 443, 6443, 16443)

// serviceAccount makes an account of the data tier that may do what the rules say, in
// its namespace, and returns its name.
func serviceAccount(
	ctx *pulumi.Context, logical string, data *Data, name string, rules rbacv1.PolicyRuleArray, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	none := pulumi.StringOutput{}
	account, err := corev1.NewServiceAccount(ctx, logical, &corev1.ServiceAccountArgs{
		Metadata: object(data.in, name, data.env), AutomountServiceAccountToken: pulumi.Bool(false),
	}, opts...)
	if err != nil {
		return none, err
	}
	role, err := rbacv1.NewRole(ctx, logical, &rbacv1.RoleArgs{Metadata: object(data.in, name, data.env), Rules: rules}, opts...)
	if err != nil {
		return none, err
	}
	made := account.Metadata.Name().Elem()
	_, err = rbacv1.NewRoleBinding(ctx, logical, &rbacv1.RoleBindingArgs{
		Metadata: object(data.in, name, data.env),
		RoleRef: &rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String("Role"), Name: role.Metadata.Name().Elem(),
		},
		Subjects: rbacv1.SubjectArray{&rbacv1.SubjectArgs{
			Kind: pulumi.String("ServiceAccount"), Name: made, Namespace: data.in,
		}},
	}, opts...)
	return made, err
}

// claimed is a volume that lives as long as its pod.
func claimed(name string, gib int, labels pulumi.StringMap) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{Name: pulumi.String(name), Ephemeral: &corev1.EphemeralVolumeSourceArgs{
		VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplateArgs{
			Metadata: &metav1.ObjectMetaArgs{Labels: labels},
			Spec: &corev1.PersistentVolumeClaimSpecArgs{
				AccessModes:      pulumi.ToStringArray([]string{"ReadWriteOnce"}),
				StorageClassName: pulumi.String(scratchClass),
				Resources: &corev1.VolumeResourceRequirementsArgs{
					Requests: pulumi.StringMap{"storage": pulumi.String(gibibytes(gib))},
				},
			},
		},
	}}
}
