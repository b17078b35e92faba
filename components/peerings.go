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
// VPCs is.
type Peerings struct {
	pulumi.ResourceState
}

// PeeringsArgs configures Peerings.
type PeeringsArgs struct {
	// Environment is the stack's; it has no site.
	Environment Environment
	// Sites lists the sites' names, and VPCs their VPCs in the same order.
	Sites []string
	VPCs  []pulumi.StringInput
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
			if _, err := digitalocean.NewVpcPeering(ctx, name+"-"+pair, &digitalocean.VpcPeeringArgs{
				Name:   pulumi.String(args.Environment.Name(pair)),
				VpcIds: pulumi.StringArray{args.VPCs[j], args.VPCs[i]},
			}, pulumi.Parent(peerings)); err != nil {
				return nil, err
			}
		}
	}
	return peerings, ctx.RegisterResourceOutputs(peerings, pulumi.Map{})
}
