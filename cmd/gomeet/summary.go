package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/gomeet/infra/sizing"
)

// deployed mirrors the stack's outputs (see package stacks).
type deployed struct {
	Sites map[string]struct {
		Region    string `json:"region"`
		ClusterID string `json:"clusterId"`
		Endpoint  string `json:"endpoint"`
		APIPods   int    `json:"apiPods"`
		Pools     map[string]struct {
			Size  string `json:"size"`
			Count int    `json:"count"`
		} `json:"pools"`
	} `json:"sites"`
	MonthlyCost struct{ Low, Expected, Peak string } `json:"monthlyCost"`
	Capacity    struct {
		Meetings               int  `json:"meetings"`
		ParticipantsPerMeeting int  `json:"participantsPerMeeting"`
		Participants           int  `json:"participants"`
		Sufficient             bool `json:"sufficient"`
	} `json:"capacity"`
}

func newSummary() *cobra.Command {
	var stack string
	cmd := &cobra.Command{
		Use:   "summary",
		Short: "Show what a deployed stack runs, where, and what it costs",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var stderr strings.Builder
			output := exec.CommandContext(cmd.Context(), "pulumi", "stack", "output", "--json", "--stack", stack, "--non-interactive")
			output.Stderr = &stderr
			text, err := output.Output()
			if err != nil {
				return fmt.Errorf("reading the outputs of stack %q: %w\n%s", stack, err, strings.TrimSpace(stderr.String()))
			}
			var outputs deployed
			if err := json.Unmarshal(text, &outputs); err != nil {
				return fmt.Errorf("reading the outputs of stack %q: %w", stack, err)
			}
			if len(outputs.Sites) == 0 {
				return fmt.Errorf("stack %q has nothing deployed; run \"make up STACK=%s\"", stack, stack)
			}
			writeSummary(cmd.OutOrStdout(), stack, outputs)
			return nil
		},
	}
	cmd.Flags().StringVar(&stack, "stack", "dev", "the stack")
	return cmd
}

// writeSummary prints one row per pool, then where to reach each site, the cost,
// and what to type next.
func writeSummary(w io.Writer, stack string, outputs deployed) {
	names := make([]string, 0, len(outputs.Sites))
	for name := range outputs.Sites {
		names = append(names, name)
	}
	slices.Sort(names)

	rows := table.NewWriter()
	rows.SetStyle(table.StyleLight)
	rows.AppendHeader(table.Row{"Site", "Region", "Pool", "Size", "Nodes"})
	rows.SetColumnConfigs([]table.ColumnConfig{{Number: 1, AutoMerge: true}, {Number: 2, AutoMerge: true}})
	nodes := 0
	for _, name := range names {
		site := outputs.Sites[name]
		for _, role := range sizing.Roles {
			if pool, ok := site.Pools[string(role)]; ok {
				rows.AppendRow(table.Row{name, site.Region, role, pool.Size, pool.Count})
				nodes += pool.Count
			}
		}
		rows.AppendSeparator()
	}
	rows.AppendFooter(table.Row{"", "", "", "Total", nodes})
	fmt.Fprintf(w, "\nStack %s\n%s\n", stack, rows.Render())
	for _, name := range names {
		site := outputs.Sites[name]
		fmt.Fprintf(w, "%-12s cluster %s, API server %s, %d API pods ready\n", name, site.ClusterID, site.Endpoint, site.APIPods)
	}
	fmt.Fprintf(w, "\nCost per month at list prices: $%s expected, $%s to $%s with less or more traffic\n",
		outputs.MonthlyCost.Expected, outputs.MonthlyCost.Low, outputs.MonthlyCost.Peak)
	c := outputs.Capacity
	verdict := "which is the target"
	if !c.Sufficient {
		verdict = "which is LESS than the target"
	}
	fmt.Fprintf(w, "Carries %s of %d, %d participants at once, %s\n",
		sizing.Meetings(c.Meetings), c.ParticipantsPerMeeting, c.Participants, verdict)
	fmt.Fprintf(w, `
Next:
  make plan STACK=%[1]s      what it costs and carries, and why
  make preview STACK=%[1]s   what a change would do
  make sandbox-status      the sandbox and its clusters
  make down STACK=%[1]s      delete everything
`, stack)
}
