package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/policyinput"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/policies"
)

// violated is the exit code of a stack that breaks a mandatory policy.
const violated = 2

func newPolicy() *cobra.Command {
	var source costSource
	var settings, format, day string
	var rules bool
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Judge a stack by the policies, without deploying it",
		Long: `Judge a stack by the policies, without deploying it: what a preview would make, what
a saved preview would, or what is deployed. "pulumi preview --policy-pack policies" judges
by the same rules; docs/policies.md lists them and says how to except a resource.

Exit codes: 0 clean or only advice, 1 an error, 2 a mandatory policy is violated.`,
		Example: `  gomeet policy --stack prod
  gomeet policy --stack prod --state
  pulumi preview --json --show-sames -s prod >preview.json
  gomeet policy --preview-file preview.json --output markdown >comment.md
  gomeet policy --rules`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&source.stack, "stack", "", "the stack")
	flags.StringVar(&source.file, "preview-file", "", `judge this saved preview (of "pulumi preview --json --show-sames"); - is standard input`)
	flags.BoolVar(&source.state, "state", false, "judge what is deployed instead of a change")
	flags.StringVar(&settings, "settings", "policies/settings.yaml", "file with the budgets and exceptions")
	flags.StringVar(&day, "date", "", "the day on which exceptions are looked at, such as 2027-06-30; today if it is left out")
	flags.StringVarP(&format, "output", "o", "table", "table, json or markdown")
	flags.BoolVar(&rules, "rules", false, "list the rules and judge nothing")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	cmd.MarkFlagsMutuallyExclusive("preview-file", "state", "rules")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		out := cmd.OutOrStdout()
		if err := oneOfFormats(format); err != nil {
			return err
		}
		if rules {
			return write(out, format, []report.Table{report.PolicyRules()}, report.NewRuleViews())
		}
		file, err := policies.Read(settings)
		if err != nil {
			return fmt.Errorf("--settings: %w", err)
		}
		today, err := dayOf(day)
		if err != nil {
			return err
		}
		s, resources, err := source.judged(cmd, file, today)
		if err != nil {
			return err
		}
		verdict, err := policies.Judge(s, policyinput.Engine(resources))
		if err != nil {
			return err
		}
		if err := write(out, format, report.Policies(s.Stack, verdict), report.NewPolicyView(s.Stack, verdict)); err != nil {
			return err
		}
		if n := verdict.Mandatory(); n > 0 {
			return exitError{fmt.Errorf("violations of mandatory policies in stack %s: %d", s.Stack, n), violated}
		}
		return nil
	}
	return cmd
}

// dayOf parses a day; none is today.
func dayOf(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fmt.Errorf("--date %q: must be a day such as 2027-06-30", text)
	}
	return day, nil
}
