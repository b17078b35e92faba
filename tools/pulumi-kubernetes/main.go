// Command pulumi-resource-kubernetes is the Kubernetes provider of Pulumi, built
// from its published module for machines that cannot fetch the released binary.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// version is the version of the Kubernetes SDK the program uses; the linker sets it.
var version = "0.0.0-dev"

// schema and mapping are copied from the provider's module by ../build.
var (
	//go:embed schema.json
	schema []byte
	//go:embed terraform-mapping.json
	mapping []byte
)

func main() {
	provider.Serve("kubernetes", version, schema, mapping)
}
