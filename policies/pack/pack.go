// Package pack serves the policies to Pulumi's engine as a policy pack, so that
// "pulumi preview --policy-pack policies" judges every resource before it exists.
package pack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/gomeet/infra/policies"
	"github.com/gomeet/infra/policies/adapt"
	"github.com/gomeet/infra/stacks"
)

// Name is the pack's name; a stack's violations show it.
const Name = "gomeet"

// version is the pack's version, which the engine shows.
var version = semver.Version{Major: 1}

// settingsFile is in the pack's folder, beside PulumiPolicy.yaml.
const settingsFile = "settings.yaml"

// settingsPath finds the settings in the pack's folder. That is the working directory,
// or, when the engine starts this program as a file, the folder that it names.
func settingsPath(root string) string {
	if _, err := os.Stat(settingsFile); err == nil {
		return settingsFile
	}
	return filepath.Join(root, settingsFile)
}

// New makes the pack for the stack that the engine runs. The engine's configuration says
// what the stack is sized from.
func New(ctx *pulumi.Context) (policyx.PolicyPack, error) {
	file, err := policies.Read(settingsPath(ctx.RootDirectory()))
	if err != nil {
		return nil, err
	}
	settings := file.For(ctx.Stack(), time.Now())
	// A configuration that does not load is the program's to report.
	if cfg, err := stacks.Inspect(ctx.Stack(), stacks.PlainConfig(ctx.GetConfig)); err == nil {
		settings = cfg.PolicySettings(file, time.Now())
	}
	var all []policyx.Policy
	for _, rule := range policies.Rules() {
		all = append(all, policy(rule, settings))
	}
	// The level given here is not used; each policy has its own (pulumi/pulumi#24650).
	return policyx.NewPolicyPack(Name, version, policyx.EnforcementLevelMandatory, all)
}

func policy(rule *policies.Rule, settings *policies.Settings) policyx.Policy {
	level := policyx.EnforcementLevelMandatory
	if !rule.Mandatory() {
		level = policyx.EnforcementLevelAdvisory
	}
	if rule.Stack() {
		return policyx.NewStackValidationPolicy(rule.ID, policyx.StackValidationPolicyArgs{
			Description: rule.Title, EnforcementLevel: level,
			ValidateStack: func(_ context.Context, args policyx.StackValidationArgs) error {
				var all []policies.Resource
				for _, r := range args.Resources {
					all = append(all, adapt.Analyzed(r))
				}
				return report(rule, settings, all, args.Manager)
			},
		})
	}
	return policyx.NewResourceValidationPolicy(rule.ID, policyx.ResourceValidationPolicyArgs{
		Description: rule.Title, EnforcementLevel: level,
		ValidateResource: func(_ context.Context, args policyx.ResourceValidationArgs) error {
			if !rule.Applies(args.Resource.Type) {
				return nil
			}
			return report(rule, settings, []policies.Resource{adapt.Analyzed(args.Resource)}, args.Manager)
		},
	})
}

// report tells the engine what is wrong and not excepted.
func report(rule *policies.Rule, settings *policies.Settings, all []policies.Resource, to policyx.PolicyManager) error {
	found, err := rule.Judge(settings, all)
	for _, f := range found {
		if !settings.Excepts(f) {
			to.ReportViolation(fmt.Sprintf("%s: %s\nWhy: %s\nFix: %s", rule.Severity, f.Message, rule.Why, rule.Fix), f.URN)
		}
	}
	return err
}
