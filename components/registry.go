package components

import (
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// registryHost is where the registries of DigitalOcean's accounts are.
const registryHost = "registry.digitalocean.com/"

// pullSecrets names the credentials of the account's registry for an image from there.
// The integration of registry and cluster puts them into every namespace, in a Secret of the
// registry's name, and gives them to the service account "default" alone: a pod with an
// account of its own has to name them (docs.digitalocean.com/products/container-registry/
// how-to/use-registry-docker-kubernetes). "doctl registry kubernetes-manifest" calls it
// registry- and the name; Kubernetes passes over the one that is not there.
func pullSecrets(image string) corev1.LocalObjectReferenceArray {
	path, ours := strings.CutPrefix(image, registryHost)
	if !ours {
		return nil
	}
	registry, _, _ := strings.Cut(path, "/")
	return corev1.LocalObjectReferenceArray{
		&corev1.LocalObjectReferenceArgs{Name: pulumi.String(registry)},
		&corev1.LocalObjectReferenceArgs{Name: pulumi.String("registry-" + registry)},
	}
}
