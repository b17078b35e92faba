package policyinput

import "strings"

// ProviderURN returns the URN in a reference to a provider, which is a URN and an id. The
// id of a provider that does not exist yet is unknown, so only the URN tells providers
// apart.
func ProviderURN(reference string) string {
	if at := strings.LastIndex(reference, "::"); at >= 0 {
		return reference[:at]
	}
	return reference
}
