package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

func texts(all ...string) pulumi.StringArray { return pulumi.ToStringArray(all) }

// reads lets an account find objects of a group and follow their changes.
func reads(group string, resources ...string) *rbacv1.PolicyRuleArgs {
	return &rbacv1.PolicyRuleArgs{ApiGroups: texts(group), Resources: texts(resources...), Verbs: texts("get", "list", "watch")}
}

// clusterReader makes an account of the monitoring namespace that may do what the rules
// say in the whole cluster, and returns its name. The cluster-wide objects carry the
// namespace in their names.
func clusterReader(
	ctx *pulumi.Context, logical string, env Environment, app string, rules rbacv1.PolicyRuleArray, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	none := pulumi.StringOutput{}
	logical += "-" + app
	in := pulumi.String(manifests.MonitoringNamespace)
	account, err := corev1.NewServiceAccount(ctx, logical, &corev1.ServiceAccountArgs{
		Metadata: object(in, app, env), AutomountServiceAccountToken: pulumi.Bool(false),
	}, opts...)
	if err != nil {
		return none, err
	}
	wide := func() *rbacv1.ClusterRoleArgs {
		metadata := object(nil, app, env)
		metadata.Name = pulumi.String(platform + "-" + app)
		return &rbacv1.ClusterRoleArgs{Metadata: metadata, Rules: rules}
	}
	role, err := rbacv1.NewClusterRole(ctx, logical, wide(), opts...)
	if err != nil {
		return none, err
	}
	name := account.Metadata.Name().Elem()
	_, err = rbacv1.NewClusterRoleBinding(ctx, logical, &rbacv1.ClusterRoleBindingArgs{
		Metadata: wide().Metadata,
		RoleRef: &rbacv1.RoleRefArgs{
			ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String("ClusterRole"), Name: role.Metadata.Name().Elem(),
		},
		Subjects: rbacv1.SubjectArray{&rbacv1.SubjectArgs{Kind: pulumi.String("ServiceAccount"), Name: name, Namespace: in}},
	}, opts...)
	return name, err
}
