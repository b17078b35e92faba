package stacks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// Run is the program: it loads the stack's configuration from the engine, checks it
// against the account, and deploys it.
func Run(ctx *pulumi.Context) error {
	raw, err := engineConfig()
	if err != nil {
		return err
	}
	loaded, err := Load(ctx.Stack(), raw)
	if err != nil {
		return err
	}
	if err := preflight(ctx, loaded); err != nil {
		return err
	}
	return Deploy(ctx, loaded)
}

// Deploy declares one environment: what the stack has once, every site with its network,
// cluster, node pools, edge and API, in the counts and sizes of the plan, and the
// stack's outputs.
func Deploy(ctx *pulumi.Context, cfg *Config) error {
	plan, err := cfg.Plan()
	if err != nil {
		return err
	}
	if err := reportSharedRegions(ctx, cfg); err != nil {
		return err
	}
	if err := reportCost(ctx, plan); err != nil {
		return err
	}
	shared, err := deployShared(ctx, cfg, plan)
	if err != nil {
		return err
	}
	results := newOutputs(plan, cfg, shared)
	if err := joinNetworks(ctx, cfg, shared); err != nil {
		return err
	}
	var sites []*deployedSite
	for i, site := range cfg.Sites {
		deployed, err := deploySite(ctx, cfg, plan, shared, i)
		if err != nil {
			return fmt.Errorf("site %q: %w", site.Name, err)
		}
		sites = append(sites, deployed)
		results.add(site, deployed)
	}
	if err := joinSites(ctx, shared, sites); err != nil {
		return err
	}
	results.export(ctx)
	return nil
}

// reportSharedRegions says which sites fail together. It informs and does not warn:
// nothing is wrong as long as DigitalOcean sells no nearer region.
func reportSharedRegions(ctx *pulumi.Context, cfg *Config) error {
	shared := cfg.SharedRegions()
	for _, region := range sortedKeys(shared) {
		message := fmt.Sprintf("sites %s share region %s: they are one failure domain",
			strings.Join(shared[region], " and "), region)
		if err := ctx.Log.Info(message, nil); err != nil {
			return err
		}
	}
	return nil
}

// reportCost says in every preview and update what the plan costs, in one line. What a
// change adds is in the outputs' difference (monthlyCost), and in full in "gomeet cost".
func reportCost(ctx *pulumi.Context, plan *sizing.Plan) error {
	c := plan.Cost
	return ctx.Log.Info(fmt.Sprintf("cost per month at list prices: $%s expected, $%s to $%s with less or more traffic",
		c.Monthly().StringFixed(2), c.Low.Total().StringFixed(2), c.Peak.Total().StringFixed(2)), nil)
}
