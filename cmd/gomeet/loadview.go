package main

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/load"
	"github.com/gomeet/infra/internal/report"
)

func loadTable(stack string, all []planned) report.Table {
	t := report.Table{
		Title:   "Load tests of stack " + stack,
		Header:  []string{"Test", "Users", "Ramp", "Duration", "Workers", "Node", "GiB", "Cost", "Target"},
		Numbers: []int{1, 2, 3, 4, 6, 7}, Wrap: -1,
		Remarks: []string{
			"A worker is one k6 on a node of its own. The cost is started node hours and all traffic at list prices, in US dollars; the platform's own is not in it.",
			fmt.Sprintf("The nodes: doctl kubernetes cluster node-pool create CLUSTER --name %s --size NODE --count WORKERS --label %s=%[1]s --taint %[2]s=%[1]s:NoSchedule",
				load.Role, load.RoleLabel),
		},
	}
	for _, p := range all {
		t.Rows = append(t.Rows, []string{
			string(p.Test), report.Count(p.Users), p.Ramp.String(), p.Hold.String(), fmt.Sprint(p.Workers), p.takes.Size.Slug,
			p.takes.TransferGiB.StringFixed(2), report.Money(p.takes.Cost), p.Test.Targets(),
		})
	}
	return t
}

// loadRow is a test for programs.
type loadRow struct {
	Test        load.Test       `json:"test"`
	Target      string          `json:"target"`
	Users       int             `json:"users"`
	RampSeconds int             `json:"rampSeconds"`
	HoldSeconds int             `json:"holdSeconds"`
	Workers     int             `json:"workers"`
	Node        string          `json:"node"`
	TransferGiB decimal.Decimal `json:"transferGiB"`
	Cost        decimal.Decimal `json:"costUSD"`
}

func loadView(all []planned) []loadRow {
	rows := make([]loadRow, len(all))
	for i, p := range all {
		rows[i] = loadRow{
			p.Test, p.Target, p.Users, int(p.Ramp / time.Second), int(p.Hold / time.Second), p.Workers, p.takes.Size.Slug,
			p.takes.TransferGiB, p.takes.Cost,
		}
	}
	return rows
}
