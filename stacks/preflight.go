package stacks

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/digitalocean/godo"
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean/config"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/sizing"
)

// preflight compares the configuration with the account before the first resource is
// declared: what is not on offer, what does not fit, what belongs to somebody else, and
// changes that would replace a cluster. It only reads.
func preflight(ctx *pulumi.Context, cfg *Config) error {
	client, real, err := account.NewClient(config.GetApiEndpoint(ctx), token(ctx))
	if err != nil {
		return err
	}
	reading, cancel := context.WithTimeout(ctx.Context(), accountTimeout)
	defer cancel()
	snapshot, err := account.Read(reading, client, cfg.Domain)
	if err != nil {
		return fmt.Errorf("checking the DigitalOcean account before anything is created: %w", err)
	}
	snapshot.Real = real
	warnings, err := cfg.Check(snapshot)
	if err != nil {
		return err
	}
	for _, warning := range warnings {
		if err := ctx.Log.Warn(warning, nil); err != nil {
			return err
		}
	}
	return nil
}

// token finds the API token where the provider does: in the stack's configuration, then
// in the environment.
func token(ctx *pulumi.Context) string {
	if text := config.GetToken(ctx); text != "" {
		return text
	}
	for _, name := range []string{"DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"} {
		if text := os.Getenv(name); text != "" {
			return text
		}
	}
	return ""
}

// Check compares the configuration with an account. The warnings say what a deployment
// would do to people who use what is there; they come with the error as well. The error is
// of type Problems.
func (c *Config) Check(s *account.Snapshot) (warnings []string, err error) {
	plan, err := c.Plan()
	if err != nil {
		return nil, err
	}
	check := &checker{cfg: c, plan: plan, account: s}
	for _, look := range []func(){
		check.placeholders, check.listener, check.offers, check.version, check.quota, check.registry,
		check.names, check.ranges, check.replacements, check.servers, check.redisServers,
	} {
		look()
	}
	return slices.Concat(check.endings(), check.surge(), check.firstPeering()), check.problems.err()
}

// endings says which sites' meetings end.
func (c *checker) endings() (warnings []string) {
	for _, site := range c.cfg.Sites {
		k := c.cluster(site)
		if k == nil {
			continue
		}
		want, has := poolOf(c.plan.PoolsAt(site.Name), sizing.RoleSFU).Size, pool(k, sizing.RoleSFU).Size
		if has != "" && want != "" && want != has {
			warnings = append(warnings, fmt.Sprintf("%s: %q: site %q has %q, whose nodes go as soon as the new ones are there, "+
				"and with them every meeting that is on them; deploy when none is (docs/foundation.md)", qualified("pools.sfu.size"), want, site.Name, has))
		}
		if c.cfg.KubernetesVersion != k.VersionSlug && has != "" {
			warnings = append(warnings, fmt.Sprintf("%s: %q: the upgrade of site %q from %q replaces every node, and ends the meetings "+
				"that are still on one 15 minutes later; deploy when none is (docs/foundation.md)",
				qualified("kubernetesVersion"), c.cfg.KubernetesVersion, site.Name, k.VersionSlug))
		}
	}
	return warnings
}

// firstPeering warns where a site gets its first neighbour: its nodes have no routes to it
// (docs.digitalocean.com/products/networking/vpc/how-to/create-peering).
func (c *checker) firstPeering() (warnings []string) {
	for _, site := range c.cfg.Sites {
		k := c.cluster(site)
		if k == nil || len(c.cfg.Sites) == 1 {
			continue
		}
		if !slices.ContainsFunc(c.account.Peerings, func(p *godo.VPCPeering) bool { return slices.Contains(p.VPCIDs, k.VPCUUID) }) {
			warnings = append(warnings, fmt.Sprintf("%s: the nodes of site %q are older than the first peering of its VPC and get no routes to the other sites; "+
				"replace them after the deployment, pool by pool (docs/foundation.md)", qualified("sites"), site.Name))
		}
	}
	return warnings
}

// checker collects what an account and a configuration disagree in.
type checker struct {
	cfg      *Config
	plan     *sizing.Plan
	account  *account.Snapshot
	problems Problems
}
