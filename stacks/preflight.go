package stacks

import (
	"context"
	"fmt"
	"os"

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
	var cancel context.CancelFunc
	reading, cancel := context.WithTimeout(ctx.Context(), accountTimeout)
	defer cancel()
	snapshot, err := account.Read(reading, client, cfg.Domain)
	if err != nil {
		return fmt.Errorf("checking the DigitalOcean account before anything is created: %w", err)
	}
	snapshot.Real = real
	return cfg.Check(snapshot)
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

// Check compares the configuration with an account. The error is of type Problems.
func (c *Config) Check(s *account.Snapshot) error {
	plan, err := c.Plan()
	if err != nil {
		return err
	}
	check := &checker{cfg: c, plan: plan, account: s}
	for _, look := range []func(){
		check.placeholders, check.listener, check.offers, check.version, check.quota, check.registry,
		check.names, check.ranges, check.replacements, check.servers,
	} {
		look()
	}
	return check.problems.err()
}

// checker collects what an account and a configuration disagree in.
type checker struct {
	cfg      *Config
	plan     *sizing.Plan
	account  *account.Snapshot
	problems Problems
}
