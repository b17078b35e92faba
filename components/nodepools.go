package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// NodePools is one site's node pools, one per role of the plan. Each costs its
// Droplets.
//
// A changed count resizes a pool in place. A changed size replaces the pool: the
// pool's physical name ends in its size, so that the new pool is created, and
// can take the pods over, before the old one is deleted. An autoscaled pool starts at
// the planned count and then belongs to the autoscaler.
//
// Each role has a tag of its own, gomeet-<stack>-<site>-<role>, which firewalls and
// load balancers find the nodes by. Pools that hold data are protected.
type NodePools struct {
	pulumi.ResourceState

	// Pools maps roles to their node pools.
	Pools map[sizing.Role]*digitalocean.KubernetesNodePool
	// Tags maps roles to the tag of their nodes.
	Tags map[sizing.Role]pulumi.StringOutput
}

// NodePoolsArgs configures NodePools.
type NodePoolsArgs struct {
	Environment Environment
	// ClusterID is the cluster the pools join.
	ClusterID pulumi.StringInput
	// Pools lists the pools of this site as planned; the default pool is part of
	// the cluster itself and is passed over.
	Pools []sizing.Pool
}

// dedicated lists the roles whose nodes carry nothing else: media, whose CPU must
// not be shared, and everything that holds data.
var dedicated = map[sizing.Role]bool{
	sizing.RoleSFU:   true,
	sizing.RolePG:    true,
	sizing.RoleRedis: true,
	sizing.RoleMinIO: true,
	// Recorders take a browser and all of its CPU per meeting.
	sizing.RoleRecorder: true,
}

// holdsData lists the roles whose pools are protected: their volumes are attached to
// their nodes.
var holdsData = map[sizing.Role]bool{
	sizing.RolePG: true, sizing.RoleRedis: true, sizing.RoleMinIO: true,
}

// NewNodePools creates a site's node pools.
func NewNodePools(ctx *pulumi.Context, name string, args *NodePoolsArgs, opts ...pulumi.ResourceOption) (*NodePools, error) {
	pools := &NodePools{
		Pools: map[sizing.Role]*digitalocean.KubernetesNodePool{},
		Tags:  map[sizing.Role]pulumi.StringOutput{},
	}
	if err := ctx.RegisterComponentResource("gomeet:kubernetes:NodePools", name, pools, opts...); err != nil {
		return nil, err
	}
	outputs := pulumi.Map{}
	for _, planned := range args.Pools {
		if planned.Role == sizing.RoleDefault {
			continue
		}
		pool, err := pools.add(ctx, name, args, planned)
		if err != nil {
			return nil, err
		}
		pools.Pools[planned.Role] = pool
		outputs[string(planned.Role)] = pool.ID()
	}
	return pools, ctx.RegisterResourceOutputs(pools, outputs)
}

func (p *NodePools) add(
	ctx *pulumi.Context, name string, args *NodePoolsArgs, planned sizing.Pool,
) (*digitalocean.KubernetesNodePool, error) {
	env, role := args.Environment, string(planned.Role)
	tag, err := digitalocean.NewTag(ctx, name+"-"+role, &digitalocean.TagArgs{
		Name: pulumi.String(env.Name(role)),
	}, pulumi.Parent(p))
	if err != nil {
		return nil, err
	}
	p.Tags[planned.Role] = tag.Name
	poolArgs := &digitalocean.KubernetesNodePoolArgs{
		Name:      pulumi.String(env.Name(role, planned.Size)),
		ClusterId: args.ClusterID,
		Size:      pulumi.String(planned.Size),
		Labels:    poolLabels(env, planned.Role),
		Tags:      append(env.Tags(role), tag.Name),
		NodeCount: pulumi.Int(planned.Count),
	}
	options := []pulumi.ResourceOption{
		pulumi.Parent(p), pulumi.Protect(env.Protected && holdsData[planned.Role]),
	}
	if planned.Max > 0 {
		poolArgs.AutoScale = pulumi.Bool(true)
		poolArgs.MinNodes = pulumi.Int(planned.Min)
		poolArgs.MaxNodes = pulumi.Int(planned.Max)
		options = append(options, pulumi.IgnoreChanges([]string{"nodeCount"}))
	}
	if dedicated[planned.Role] {
		poolArgs.Taints = digitalocean.KubernetesNodePoolTaintArray{
			&digitalocean.KubernetesNodePoolTaintArgs{
				Key:    pulumi.String(RoleLabel),
				Value:  pulumi.String(role),
				Effect: pulumi.String("NoSchedule"),
			},
		}
	}
	return digitalocean.NewKubernetesNodePool(ctx, name+"-"+role, poolArgs, options...)
}

func poolLabels(env Environment, role sizing.Role) pulumi.StringMap {
	return pulumi.StringMap{
		RoleLabel: pulumi.String(string(role)),
		SiteLabel: pulumi.String(env.Site),
	}
}
