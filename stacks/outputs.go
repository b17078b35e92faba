package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// outputs gathers the stack's outputs:
//
//	sites        per site: region, VPC, cluster, API endpoint, node pools, API pods
//	plan         the model and the nodes per role over all sites
//	monthlyCost  US dollars per month as text: low, expected, peak
//	capacity     meetings and participants the plan carries, and which pool ends first
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
	ctx.Export("plan", o.planned())
	ctx.Export("monthlyCost", pulumi.StringMap{
		"low":      pulumi.String(o.plan.Cost.Low.Total().StringFixed(2)),
		"expected": pulumi.String(o.plan.Cost.Expected.Total().StringFixed(2)),
		"peak":     pulumi.String(o.plan.Cost.Peak.Total().StringFixed(2)),
	})
	ctx.Export("capacity", pulumi.Map{
		"meetings":               pulumi.Int(o.plan.Verdict.Meetings),
		"participantsPerMeeting": pulumi.Int(o.plan.Target.ParticipantsPerMeeting),
		"participants":           pulumi.Int(o.plan.Verdict.Participants),
		"sufficient":             pulumi.Bool(o.plan.Verdict.Sufficient),
		"endsFirst":              pulumi.String(string(o.plan.Verdict.FirstToSaturate)),
	})
	ctx.Export("kubeconfigs", pulumi.ToSecret(o.kubeconfigs))
}

func (o *outputs) planned() pulumi.Map {
	nodes := pulumi.IntMap{}
	for _, role := range sizing.Roles {
		if n := o.plan.Total(role); n > 0 {
			nodes[string(role)] = pulumi.Int(n)
		}
	}
	return pulumi.Map{
		"model":    pulumi.String(string(o.plan.Model)),
		"meetings": pulumi.Int(o.plan.Target.Meetings),
		"nodes":    nodes,
	}
}
