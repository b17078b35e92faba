package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/simulate"
)

func newPlan() *cobra.Command {
	var output, explain, compare, html string
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show the nodes and the monthly cost of a participant target, and what they carry",
		Example: `  gomeet plan --stack prod
  gomeet plan --meetings 20 --participants 200 --model capacity
  gomeet plan --stack prod --explain sfu.nodes
  gomeet plan --stack prod --compare design --output markdown
  gomeet plan --stack prod --html plan.html`,
		Args: cobra.NoArgs,
	}
	input := addPlanFlags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&output, "output", "o", "table", "table, json or markdown")
	flags.StringVar(&explain, "explain", "", "print how one number is derived, with sources")
	flags.StringVar(&compare, "compare", "", `"design" sets the design document against the plan`)
	flags.StringVar(&html, "html", "", "write one self-contained HTML page with charts to this file")
	_ = cmd.RegisterFlagCompletionFunc("explain", cobra.FixedCompletions(sizing.Explainable(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("compare", cobra.FixedCompletions([]string{"design"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.MarkFlagsMutuallyExclusive("explain", "compare", "html")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if compare != "" && compare != "design" {
			return fmt.Errorf(`--compare: %q: must be "design"`, compare)
		}
		plan, real, err := input.plan()
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		switch {
		case explain != "":
			steps, err := plan.Explain(explain)
			if err != nil {
				return err
			}
			if output == "json" {
				return report.JSON(out, steps)
			}
			return report.Explain(out, explain, steps)
		case html != "":
			return writePage(cmd, html, plan, real)
		case compare != "" && output == "json":
			return report.JSON(out, map[string]any{"plan": report.NewView(plan), "claims": sizing.Claims()})
		case compare != "":
			return write(out, output, report.Design(plan), nil)
		default:
			return write(out, output, report.Plan(plan, real), report.NewView(plan))
		}
	}
	return cmd
}

// formats are the values of --output.
var formats = []string{"table", "json", "markdown"}

func write(out io.Writer, format string, tables []report.Table, view any) error {
	switch format {
	case "table":
		return report.Text(out, tables)
	case "markdown":
		return report.Markdown(out, tables)
	case "json":
		return report.JSON(out, view)
	default:
		return oneOfFormats(format)
	}
}

// oneOfFormats is asked before anything that takes long, or costs something.
func oneOfFormats(format string) error {
	if !slices.Contains(formats, format) {
		return fmt.Errorf("--output: %q: must be one of %v", format, formats)
	}
	return nil
}

// writePage writes the HTML page, with a simulated day, in one step.
func writePage(cmd *cobra.Command, path string, plan, real *sizing.Plan) error {
	day, err := simulate.Day(report.Simulation(plan, 1))
	if err != nil {
		return err
	}
	file, err := os.Create(path + ".part")
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	defer os.Remove(path + ".part")
	if err := report.HTML(file, plan, real, day); err != nil {
		file.Close()
		return fmt.Errorf("--html: writing %s: %w", path, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	fmt.Fprintln(cmd.ErrOrStderr(), "wrote", path)
	return nil
}
