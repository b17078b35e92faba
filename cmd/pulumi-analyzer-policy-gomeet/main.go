// Command pulumi-analyzer-policy-gomeet is the policy pack in folder policies: the engine
// finds it on PATH by the runtime in PulumiPolicy.yaml, starts it and asks it about
// every resource.
package main

import (
	"fmt"
	"os"

	"github.com/gomeet/infra/internal/policypack"
)

func main() {
	if err := policypack.Serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-analyzer-policy-gomeet:", err)
		os.Exit(1)
	}
}
