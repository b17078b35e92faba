package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// outputs gathers the stack's outputs:
//
//	sites        per site: region, VPC, cluster, API endpoint, node pools, API pods
//	monthlyCost  US dollars per month in the expected scenario, as text
//	kubeconfigs  per site, secret
type outputs struct {
	plan        *sizing.Plan
	sites       pulumi.Map
	kubeconfigs pulumi.Map
}

func newOutputs(plan *sizing.Plan) *outputs {
	return &outputs{plan: plan, sites: pulumi.Map{}, kubeconfigs: pulumi.Map{}}
}

func (o *outputs) add(site Site, deployed *deployedSite) {
	pools := pulumi.Map{}
	for _, pool := range deployed.pools {
		pools[string(pool.Role)] = pulumi.Map{
			"size":  pulumi.String(pool.Size),
			"count": pulumi.Int(pool.Count),
		}
	}
	o.sites[site.Name] = pulumi.Map{
		"region":    pulumi.String(site.Region),
		"vpcId":     deployed.network.VPCID,
		"clusterId": deployed.cluster.ID,
		"endpoint":  deployed.cluster.Endpoint,
		"pools":     pools,
		"apiPods":   deployed.api.Pods,
	}
	o.kubeconfigs[site.Name] = deployed.cluster.Kubeconfig
}

func (o *outputs) export(ctx *pulumi.Context) {
	ctx.Export("sites", o.sites)
	ctx.Export("monthlyCost", pulumi.String(o.plan.Cost.Monthly().StringFixed(2)))
	ctx.Export("kubeconfigs", pulumi.ToSecret(o.kubeconfigs))
}
