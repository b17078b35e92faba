package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// podSecurity is a profile of Pod Security Admission
// (kubernetes.io/docs/concepts/security/pod-security-standards).
type podSecurity string

const (
	// restricted is what every namespace enforces that can.
	restricted podSecurity = "restricted"
	// privileged is for the host network and for a browser's sandbox.
	privileged podSecurity = "privileged"
)

// newNamespace creates a namespace that enforces a profile of Pod Security Admission,
// and lets nothing in or out but what other policies allow.
func newNamespace(
	ctx *pulumi.Context, logical, name string, env Environment, profile podSecurity, opts ...pulumi.ResourceOption,
) (*corev1.Namespace, error) {
	namespace, err := corev1.NewNamespace(ctx, logical, &corev1.NamespaceArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(name), Annotations: takenBack(),
			Labels: merge(partOf(env), pulumi.StringMap{
				"pod-security.kubernetes.io/enforce": pulumi.String(profile),
				// Warnings show what an exception costs.
				"pod-security.kubernetes.io/warn": pulumi.String(profile),
			}),
		},
	}, opts...)
	if err != nil {
		return nil, err
	}
	opts = append(opts, pulumi.DependsOn([]pulumi.Resource{namespace}))
	if err := openStore(ctx, logical, name, env, opts...); err != nil {
		return nil, err
	}
	return namespace, denyAll(ctx, logical, name, env, opts...)
}

// takenBack lets a deployment change back what somebody changed with kubectl. Otherwise
// the field is theirs from then on, and every deployment stops at it. What an autoscaler
// changes is not among it: those fields are ignored (ignoreChanges).
func takenBack() pulumi.StringMap {
	return pulumi.StringMap{"pulumi.com/patchForce": pulumi.String("true")}
}

// object returns the metadata of an object named after its app.
func object(namespace pulumi.StringInput, app string, env Environment) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(app), Namespace: namespace, Labels: recommended(app, env),
		Annotations: takenBack(),
	}
}
