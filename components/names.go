package components

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Environment names the stack and the site a component belongs to. A component that
// belongs to the whole stack has no site and no region.
type Environment struct {
	// Stack is the stack's name, Site the site's; both are validated by stacks.
	Stack, Site string
	// ID tells this stack from another one of the same name in the same account.
	ID string
	// Region is the site's DigitalOcean region slug.
	Region string
	// Secrets is where secrets come from; nil is the stack's own configuration.
	Secrets *SecretStore
	// Protected is set where a resource must survive a careless destroy: the
	// engine refuses to delete protected resources.
	Protected bool
}

// platform is the first word of every physical name and the tag of every resource.
const platform = "gomeet"

// maxName is the longest physical name in characters: DigitalOcean's tags and
// Kubernetes' labels end at 63 (RFC 1123), and node names add a suffix of 6.
const maxName = 57

// Name returns the physical name of a thing, gomeet-<stack>-<site>-<thing>, without the
// site where there is none. It is unique per account. A name that would be too long keeps its head and ends in a
// hash of the whole, so that it stays unique and stable.
func (e Environment) Name(things ...string) string {
	parts := []string{platform, e.Stack}
	if e.Site != "" {
		parts = append(parts, e.Site)
	}
	name := strings.Join(append(parts, things...), "-")
	if len(name) <= maxName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	const hashLength = 7
	return strings.TrimRight(name[:maxName-hashLength-1], "-") + "-" + hex.EncodeToString(sum[:])[:hashLength]
}

// Owner returns the mark of this stack: a tag where DigitalOcean takes tags, else a
// part of the description. The checks before a deployment look for it.
func Owner(id string) string { return "id:" + id }

// Tags returns the tags every resource carries: gomeet, stack:<stack>, id:<id>,
// site:<site>, and role:<role> where there is a role. Other stacks share some of them,
// so the program never manages them as resources of their own: deleting a tag takes it
// off everything in the account.
func (e Environment) Tags(role string) pulumi.StringArray {
	tags := pulumi.StringArray{
		pulumi.String(platform),
		pulumi.String("stack:" + e.Stack),
		pulumi.String(Owner(e.ID)),
		pulumi.String("site:" + e.Site),
	}
	if role != "" {
		tags = append(tags, pulumi.String("role:"+role))
	}
	return tags
}

// labelPrefix is the domain of the platform's own Kubernetes labels and taints.
const labelPrefix = "gomeet.com/"

// RoleLabel is the node label, and on dedicated pools the taint key, that holds
// the pool's role.
const RoleLabel = labelPrefix + "role"

// SiteLabel is the node label that holds the site's name.
const SiteLabel = labelPrefix + "site"
