// Command infra is the Pulumi program of GoMeet: it reads the stack's
// configuration, sizes the platform and declares it.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/stacks"
)

func main() {
	pulumi.Run(stacks.Run)
}
