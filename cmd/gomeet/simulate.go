package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/simulate"
)

// simulatedDay is a day as JSON; the cost is of the node-hours, in US dollars.
type simulatedDay struct {
	*simulate.Report
	Cost *decimal.Decimal `json:"nodeHoursCost,omitempty"`
}

func newSimulate() *cobra.Command {
	var output string
	var selector simulate.Selector
	var seed uint64
	var nodes, lose int
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Play a day of meetings on a plan's SFU nodes, to check what the plan promises",
		Example: `  gomeet simulate --stack prod
  gomeet simulate --stack prod --model capacity --lose 3
  gomeet simulate --stack prod --sort-by cpuload --algorithm lowest --seed 7`,
		Args: cobra.NoArgs,
	}
	input := addPlanFlags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&output, "output", "o", "table", "table, json or markdown")
	flags.StringVar(&selector.SortBy, "sort-by", "", fmt.Sprintf("what LiveKit picks a node by, one of %v; the deployed one by default", simulate.Sorts))
	flags.StringVar(&selector.Algorithm, "algorithm", "", fmt.Sprintf("how it picks, one of %v; the deployed one by default", simulate.Algorithms))
	flags.Float64Var(&selector.CPULoadLimit, "cpu-load-limit", 0, "CPU share, 0 to 1, from which a node gets no room while others are below it; 0 takes the deployed one")
	flags.Uint64Var(&seed, "seed", 1, "the same seed is the same day")
	flags.IntVar(&nodes, "nodes", 0, "a fixed number of SFU nodes; 0 takes the plan's, autoscaled if the plan is")
	flags.IntVar(&lose, "lose", 0, "SFU nodes that die at 10:00")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkSelector(selector); err != nil {
			return err
		}
		plan, _, err := input.plan()
		if err != nil {
			return err
		}
		cfg := report.Simulation(plan, seed)
		cfg.Selector = selector.Or(cfg.Selector)
		if nodes != 0 {
			cfg.Nodes, cfg.Autoscale = nodes, nil
		}
		if lose > 0 {
			const ten = 10 * time.Hour
			cfg.Losses = []simulate.Loss{{At: ten, Nodes: lose}}
		}
		day, err := simulate.Day(cfg)
		if err != nil {
			return err
		}
		table := report.Day(plan, cfg, day)
		most := cfg.Nodes
		if cfg.Autoscale != nil {
			most = cfg.Autoscale.Max
		}
		table.Remarks = append(table.Remarks, fmt.Sprintf(
			"The closed form says: %d SFU nodes carry %s of %d if each gets as many, the target is %d.",
			most, sizing.Meetings(cfg.RoomsPerNode*most), plan.Target.ParticipantsPerMeeting, plan.Target.Meetings))
		view := simulatedDay{Report: day}
		if cost := report.NodeHoursCost(plan, day); cost.Valid {
			view.Cost = &cost.Decimal
		}
		return write(cmd.OutOrStdout(), output, []report.Table{table}, view)
	}
	return cmd
}

// checkSelector names the flag that LiveKit would not take; what is left out is deployed.
func checkSelector(s simulate.Selector) error {
	switch {
	case s.SortBy != "" && !slices.Contains(simulate.Sorts, s.SortBy):
		return fmt.Errorf("--sort-by: %q: must be one of %v", s.SortBy, simulate.Sorts)
	case s.Algorithm != "" && !slices.Contains(simulate.Algorithms, s.Algorithm):
		return fmt.Errorf("--algorithm: %q: must be one of %v", s.Algorithm, simulate.Algorithms)
	case !(s.CPULoadLimit >= 0 && s.CPULoadLimit <= 1):
		return fmt.Errorf("--cpu-load-limit: %v: must be above 0 and at most 1, or 0 for the deployed one", s.CPULoadLimit)
	}
	return nil
}
