package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/report"
)

// costFormats are the values of --output of "gomeet cost".
var costFormats = []string{"table", "json", "markdown", "html"}

func newCost() *cobra.Command {
	var source costSource
	var format, saveTo string
	var all bool
	var monthly, increase, percent string
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "Show what a change costs per month, before, after and the difference",
		Long: `Show what a change costs per month, before, after and the difference, at the list
prices of "gomeet plan". Without --preview-file and --state it runs "pulumi preview";
nothing it runs changes the stack or the cloud.

Exit codes: 0 within the limits, 1 an error, 3 over --max-monthly, 4 over
--max-increase, 5 over --max-increase-percent; over several, the smallest. Limits
apply to the expected scenario.`,
		Example: `  gomeet cost --stack prod
  gomeet cost --stack prod --state
  gomeet cost --stack prod --output markdown --max-increase 500 >comment.md
  pulumi preview --json --show-sames -s prod >preview.json
  gomeet cost --preview-file preview.json`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&source.stack, "stack", "", "the stack")
	flags.StringVar(&source.file, "preview-file", "", `price this saved preview (of "pulumi preview --json --show-sames"); - is standard input`)
	flags.BoolVar(&source.state, "state", false, "price what is deployed instead of a change")
	flags.BoolVar(&source.refresh, "refresh", false, "let the preview look at the cloud first, and not only at the state")
	flags.StringVarP(&format, "output", "o", "table", "table, json, markdown (a pull request comment) or html")
	flags.StringVar(&saveTo, "save-preview", "", "also write the preview to this file, for --preview-file and other tools")
	flags.BoolVar(&all, "all", false, "list what does not change, too")
	flags.StringVar(&monthly, "max-monthly", "", "most that the stack may cost per month, US dollars")
	flags.StringVar(&increase, "max-increase", "", "most that the change may add per month, US dollars")
	flags.StringVar(&percent, "max-increase-percent", "", "the same in percent of what the stack costs before")
	cmd.MarkFlagsMutuallyExclusive("preview-file", "state")
	cmd.MarkFlagsMutuallyExclusive("save-preview", "state")
	cmd.MarkFlagsMutuallyExclusive("refresh", "preview-file", "state")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(costFormats, cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !slices.Contains(costFormats, format) {
			return fmt.Errorf("--output: %q: must be one of %v", format, costFormats)
		}
		gates, err := parseGates(monthly, increase, percent)
		if err != nil {
			return err
		}
		r, raw, err := source.read(cmd)
		if err != nil {
			return err
		}
		if saveTo != "" {
			if err := os.WriteFile(saveTo, raw, 0o600); err != nil {
				return fmt.Errorf("--save-preview: %w", err)
			}
		}
		exceeded := gates.Check(r)
		if err := writeCost(cmd.OutOrStdout(), format, r, exceeded, all); err != nil {
			return err
		}
		return overLimit(exceeded)
	}
	return cmd
}

func writeCost(out io.Writer, format string, r *cost.Report, exceeded []cost.Exceeded, all bool) error {
	switch format {
	case "json":
		return report.JSON(out, report.NewCostView(r, exceeded))
	case "markdown":
		return report.CostComment(out, r, exceeded)
	case "html":
		return report.CostHTML(out, r, exceeded)
	default:
		return report.Text(out, report.Cost(r, all))
	}
}

// parseGates reads the limits; an empty text is no limit.
func parseGates(monthly, increase, percent string) (cost.Gates, error) {
	var gates cost.Gates
	for _, g := range []struct {
		flag, text string
		into       *decimal.NullDecimal
	}{
		{"--max-monthly", monthly, &gates.Monthly},
		{"--max-increase", increase, &gates.Increase},
		{"--max-increase-percent", percent, &gates.IncreasePercent},
	} {
		if g.text == "" {
			continue
		}
		limit, err := cost.ParseAmount(g.text)
		if err != nil || limit.IsNegative() {
			return gates, fmt.Errorf("%s: %q: must be a number, 0 or more, such as 500 or 12.50", g.flag, g.text)
		}
		*g.into = decimal.NewNullDecimal(limit)
	}
	return gates, nil
}

// overLimit is the error of exceeded gates, nil when there are none.
func overLimit(exceeded []cost.Exceeded) error {
	if len(exceeded) == 0 {
		return nil
	}
	var all []error
	for _, e := range exceeded {
		all = append(all, errors.New("over the limit: "+e.String()))
	}
	return exitError{errors.Join(all...), exceeded[0].Code}
}
