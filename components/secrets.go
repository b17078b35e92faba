package components

import (
	"slices"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// SecretStore is AWS Secrets Manager, as in the design, read by the External Secrets
// operator, which must run in every cluster. Then no secret but the store's own key is in
// the stack.
//
// The design names a service account with a token of the cluster's issuer (IRSA), which
// DOKS does not offer; a key of an IAM user that may read one prefix does the same. Its
// API version v1beta1 is served no more.
type SecretStore struct {
	// Region is the AWS region, such as ap-southeast-1.
	Region string
	// Prefix begins the names of the secrets, such as gomeet/prod.
	Prefix string
	// AccessKeyID and SecretAccessKey are secrets.
	AccessKeyID, SecretAccessKey pulumi.StringInput
}

const (
	// storeName is the store of every namespace (design document, secrets management).
	storeName = "gomeet-secrets"
	// storeKey is the Secret with the store's own key.
	storeKey = "gomeet-aws"
	// secretsAPI is the operator's API since 0.16; 2.x serves no other.
	secretsAPI = "external-secrets.io/v1"
	// refresh is how often the operator looks for new values. Pods read them when they
	// next start, and nothing here makes them: the program does not see a value change.
	refresh = "1h"
)

// keepSecret makes the Secret of an app and returns its name: from the values given, or
// from the stack's secret store, where the entry <prefix>/<namespace>/<app> has the same
// keys. kind is the Secret's type; empty is Opaque.
func keepSecret(
	ctx *pulumi.Context, logical, namespace, app string, env Environment, kind string, data pulumi.StringMap, opts ...pulumi.ResourceOption,
) (pulumi.StringInput, error) {
	if kind == "" {
		kind = "Opaque"
	}
	if env.Secrets == nil {
		made, err := corev1.NewSecret(ctx, logical, &corev1.SecretArgs{
			Metadata: object(pulumi.String(namespace), app, env), Type: pulumi.String(kind), StringData: data,
		}, opts...)
		if err != nil {
			return nil, err
		}
		return made.Metadata.Name().Elem(), nil
	}
	var keys []string
	for key := range data {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var references []any
	for _, key := range keys {
		references = append(references, map[string]any{
			"secretKey": key, "remoteRef": map[string]any{"key": env.Secrets.Prefix + "/" + namespace + "/" + app, "property": key},
		})
	}
	_, err := apiextensions.NewCustomResource(ctx, logical, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(secretsAPI),
		Kind:       pulumi.String("ExternalSecret"),
		Metadata:   object(pulumi.String(namespace), app, env),
		OtherFields: kubernetes.UntypedArgs{"spec": map[string]any{
			"refreshInterval": refresh,
			"secretStoreRef":  map[string]any{"kind": "SecretStore", "name": storeName},
			"target":          map[string]any{"name": app, "creationPolicy": "Owner", "template": map[string]any{"type": kind}},
			"data":            references,
		}},
	}, opts...)
	return pulumi.String(app), err
}

// openStore makes a namespace's secret store, if the stack has one.
func openStore(ctx *pulumi.Context, logical, namespace string, env Environment, opts ...pulumi.ResourceOption) error {
	if env.Secrets == nil {
		return nil
	}
	key, err := corev1.NewSecret(ctx, logical+"-store", &corev1.SecretArgs{
		Metadata:   object(pulumi.String(namespace), storeKey, env),
		StringData: pulumi.StringMap{"access-key-id": env.Secrets.AccessKeyID, "secret-access-key": env.Secrets.SecretAccessKey},
	}, opts...)
	if err != nil {
		return err
	}
	reference := func(property string) map[string]any { return map[string]any{"name": storeKey, "key": property} }
	_, err = apiextensions.NewCustomResource(ctx, logical+"-store", &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(secretsAPI),
		Kind:       pulumi.String("SecretStore"),
		Metadata:   &metav1.ObjectMetaArgs{Annotations: takenBack(), Name: pulumi.String(storeName), Namespace: pulumi.String(namespace), Labels: partOf(env)},
		OtherFields: kubernetes.UntypedArgs{"spec": map[string]any{"provider": map[string]any{"aws": map[string]any{
			"service": "SecretsManager", "region": env.Secrets.Region,
			"auth": map[string]any{"secretRef": map[string]any{
				"accessKeyIDSecretRef": reference("access-key-id"), "secretAccessKeySecretRef": reference("secret-access-key"),
			}},
		}}}},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{key}))...)
	return err
}
