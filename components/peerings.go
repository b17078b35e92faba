package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Peerings joins the VPCs of all sites pairwise, so that nodes reach each other's
// private addresses. DigitalOcean publishes no price for it.
//
// What reaches what: nodes of any site reach nodes of any other; pods reach their own
// site's pods and nodes. Pods of VPC-native clusters reach peered VPCs as well, with their own
// addresses (docs.digitalocean.com/products/kubernetes/details/features), but nothing here
// depends on it: what crosses sites is addressed by node, or by the private load balancer of
// the databases, of which see docs/real-account.md. A peering is replaced when one of its
// VPCs is; it stays when sites are listed in another order, or renamed.
type Peerings struct {
	pulumi.ResourceState
}

// PeeringsArgs configures Peerings.
type PeeringsArgs struct {
	// Environment is the stack's; it has no site.
	Environment Environment
	// Sites lists the sites' names, Formerly their names before a rename or "", and VPCs
	// their VPCs, in the same order.
	Sites, Formerly []string
	VPCs            []pulumi.StringInput
}

// NewPeerings joins the sites. One site has none.
func NewPeerings(ctx *pulumi.Context, name string, args *PeeringsArgs, opts ...pulumi.ResourceOption) (*Peerings, error) {
	peerings := &Peerings{}
	if err := ctx.RegisterComponentResource("gomeet:network:Peerings", name, peerings, opts...); err != nil {
		return nil, err
	}
	for i, b := range args.Sites {
		for j, a := range args.Sites[:i] {
			pair := a + "-" + b
			aliases := peeringAliases(name, []string{a, args.Formerly[j]}, []string{b, args.Formerly[i]})
			if _, err := digitalocean.NewVpcPeering(ctx, name+"-"+pair, &digitalocean.VpcPeeringArgs{
				Name:   pulumi.String(args.Environment.Name(pair)),
				VpcIds: pulumi.StringArray{args.VPCs[j], args.VPCs[i]},
			}, pulumi.Parent(peerings), aliases); err != nil {
				return nil, err
			}
		}
	}
	return peerings, ctx.RegisterResourceOutputs(peerings, pulumi.Map{})
}

// peeringAliases are all names that a peering may have had. Two VPCs are peered once, so under
// a new name alone the second one would be refused before the first is deleted.
func peeringAliases(name string, one, other []string) pulumi.ResourceOption {
	var aliases []pulumi.Alias
	for _, a := range one {
		for _, b := range other {
			if a != "" && b != "" {
				aliases = append(aliases,
					pulumi.Alias{Name: pulumi.String(name + "-" + a + "-" + b)}, pulumi.Alias{Name: pulumi.String(name + "-" + b + "-" + a)})
			}
		}
	}
	return pulumi.Aliases(aliases[1:]) // The first is its name.
}
