package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Network is one site's private network: a VPC. It costs nothing. A change of its
// range or region replaces it, and with it everything inside.
type Network struct {
	pulumi.ResourceState

	// VPCID is the VPC's UUID.
	VPCID pulumi.StringOutput
}

// NetworkArgs configures a Network.
type NetworkArgs struct {
	Environment Environment
	// Range is the VPC's range in CIDR notation.
	Range string
}

// NewNetwork creates a site's network.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	network := &Network{}
	if err := ctx.RegisterComponentResource("gomeet:network:Network", name, network, opts...); err != nil {
		return nil, err
	}
	env := args.Environment
	vpc, err := digitalocean.NewVpc(ctx, name, &digitalocean.VpcArgs{
		Name:        pulumi.String(env.Name("vpc")),
		Region:      pulumi.String(env.Region),
		IpRange:     pulumi.String(args.Range),
		Description: pulumi.Sprintf("GoMeet %s, site %s, %s", env.Stack, env.Site, Owner(env.ID)),
	}, pulumi.Parent(network), pulumi.Protect(env.Protected))
	if err != nil {
		return nil, err
	}
	network.VPCID = vpc.ID().ToStringOutput()
	return network, ctx.RegisterResourceOutputs(network, pulumi.Map{"vpcId": network.VPCID})
}
