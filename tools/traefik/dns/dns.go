// Package dns stands in for the ACME client's two hundred DNS providers, which
// would bring the development kit of every DNS host into the build. The edge gets
// its certificate from a file, so no ACME challenge is ever solved here.
package dns

import (
	"fmt"

	"github.com/go-acme/lego/v5/challenge"
)

// NewDNSChallengeProviderByName fails for every name: this build has no provider.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("DNS challenge provider %q: this build of Traefik has none", name)
}
