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
// can take the pods over, before the old one is deleted.
type NodePools struct {
	pulumi.ResourceState

	// Pools maps roles to their node pools.
	Pools map[sizing.Role]*digitalocean.KubernetesNodePool
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

// NewNodePools creates a site's node pools.
func NewNodePools(ctx *pulumi.Context, name string, args *NodePoolsArgs, opts ...pulumi.ResourceOption) (*NodePools, error) {
	pools := &NodePools{Pools: map[sizing.Role]*digitalocean.KubernetesNodePool{}}
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
	poolArgs := &digitalocean.KubernetesNodePoolArgs{
		Name:      pulumi.String(env.Name(role, planned.Size)),
		ClusterId: args.ClusterID,
		Size:      pulumi.String(planned.Size),
		Labels:    poolLabels(env, planned.Role),
		Tags:      env.Tags(role),
	}
	options := []pulumi.ResourceOption{pulumi.Parent(p)}
	if planned.Max > 0 {
		// The count of an autoscaled pool belongs to the autoscaler.
		poolArgs.AutoScale = pulumi.Bool(true)
		poolArgs.MinNodes = pulumi.Int(planned.Min)
		poolArgs.MaxNodes = pulumi.Int(planned.Max)
		options = append(options, pulumi.IgnoreChanges([]string{"nodeCount"}))
	} else {
		poolArgs.NodeCount = pulumi.Int(planned.Count)
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
