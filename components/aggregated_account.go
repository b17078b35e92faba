package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rbacGroup is the API group of roles.
const rbacGroup = "rbac.authorization.k8s.io"

// account makes the daemon's service account and returns its name. It may read what the
// rules say in the whole cluster, ask the API server whether a caller may call, and read
// in kube-system by which certificate the API server itself is known. Objects outside of
// the namespace have the platform's name in theirs.
func (a aggregated) account(ctx *pulumi.Context, logical string, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	none := pulumi.StringOutput{}
	account, err := corev1.NewServiceAccount(ctx, logical, &corev1.ServiceAccountArgs{
		Metadata: object(a.in, a.app, a.env), AutomountServiceAccountToken: pulumi.Bool(false),
	}, opts...)
	if err != nil {
		return none, err
	}
	name := platform + ":" + a.app
	metadata := func(suffix string) *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name + suffix), Labels: recommended(a.app, a.env)}
	}
	role, err := rbacv1.NewClusterRole(ctx, logical, &rbacv1.ClusterRoleArgs{Metadata: metadata(""), Rules: a.rules}, opts...)
	if err != nil {
		return none, err
	}
	made := account.Metadata.Name().Elem()
	subjects := rbacv1.SubjectArray{&rbacv1.SubjectArgs{Kind: pulumi.String("ServiceAccount"), Name: made, Namespace: a.in}}
	for suffix, bound := range map[string]pulumi.StringInput{
		"": role.Metadata.Name().Elem(), "-delegator": pulumi.String("system:auth-delegator"),
	} {
		if _, err := rbacv1.NewClusterRoleBinding(ctx, logical+suffix, &rbacv1.ClusterRoleBindingArgs{
			Metadata: metadata(suffix), Subjects: subjects,
			RoleRef: &rbacv1.RoleRefArgs{ApiGroup: pulumi.String(rbacGroup), Kind: pulumi.String("ClusterRole"), Name: bound},
		}, opts...); err != nil {
			return none, err
		}
	}
	reader := metadata("-authentication-reader")
	reader.Namespace = pulumi.String("kube-system")
	_, err = rbacv1.NewRoleBinding(ctx, logical+"-authentication-reader", &rbacv1.RoleBindingArgs{
		Metadata: reader, Subjects: subjects,
		RoleRef: &rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String(rbacGroup), Kind: pulumi.String("Role"), Name: pulumi.String("extension-apiserver-authentication-reader"),
		},
	}, opts...)
	return made, err
}
