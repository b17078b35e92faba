package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/simulate"
)

func newSimulate() *cobra.Command {
	var output, policy string
	var seed uint64
	var nodes, lose int
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Play a day of meetings on a plan's SFU nodes, to check what the plan promises",
		Example: `  gomeet simulate --stack prod
  gomeet simulate --stack prod --model capacity --lose 3
  gomeet simulate --stack prod --policy cpuload --seed 7`,
		Args: cobra.NoArgs,
	}
	input := addPlanFlags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&output, "output", "o", "table", "table, json or markdown")
	flags.StringVar(&policy, "policy", string(simulate.FewestRooms), fmt.Sprintf("how LiveKit picks a node, one of %v", simulate.Policies))
	flags.Uint64Var(&seed, "seed", 1, "the same seed is the same day")
	flags.IntVar(&nodes, "nodes", 0, "SFU nodes; 0 takes the plan's")
	flags.IntVar(&lose, "lose", 0, "SFU nodes that die at 10:00")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		plan, _, err := input.plan()
		if err != nil {
			return err
		}
		cfg := report.Simulation(plan, seed, simulate.Policy(policy))
		if nodes != 0 {
			cfg.Nodes = nodes
		}
		if lose > 0 {
			const ten = 10 * time.Hour
			cfg.Losses = []simulate.Loss{{At: ten, Nodes: lose}}
		}
		day, err := simulate.Day(cfg)
		if err != nil {
			return err
		}
		table := report.Day(cfg, day)
		table.Remarks = append(table.Remarks, fmt.Sprintf(
			"The closed form says: %d SFU nodes carry %s of %d, the target is %d.",
			cfg.Nodes, sizing.Meetings(report.Rooms(plan)*cfg.Nodes), plan.Target.ParticipantsPerMeeting, plan.Target.Meetings))
		return write(cmd.OutOrStdout(), output, []report.Table{table}, day)
	}
	return cmd
}
