package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/gomeet/infra/internal/drift"
)

// driftTitles head the classes, and say what each means.
var driftTitles = map[drift.Class]string{
	drift.World:     "The world changed",
	drift.Unmanaged: "Nobody manages these",
	drift.Pending:   "The code has not been applied yet",
}

var driftClasses = []drift.Class{drift.World, drift.Unmanaged, drift.Pending}

// DriftTable writes a drift report for a terminal.
func DriftTable(w io.Writer, r *drift.Report) {
	fmt.Fprintln(w, driftSummary(r))
	for _, class := range driftClasses {
		findings := r.Of(class)
		if len(findings) == 0 {
			continue
		}
		rows := driftRows(findings)
		rows.SetStyle(table.StyleLight)
		// Terminals are wide enough for a path and two values, not for a manifest.
		rows.SetColumnConfigs([]table.ColumnConfig{
			{Number: 3, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}, {Number: 5, WidthMax: 50, WidthMaxEnforcer: text.WrapSoft},
		})
		fmt.Fprintf(w, "\n%s\n%s\n", driftTitles[class], rows.Render())
	}
	driftNotes(w, r)
}

// DriftMarkdown writes a drift report for an issue or a pull request.
func DriftMarkdown(w io.Writer, r *drift.Report) {
	fmt.Fprintf(w, "## Drift of %s\n\n%s\n", r.Stack, driftSummary(r))
	for _, class := range driftClasses {
		findings := r.Of(class)
		if len(findings) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n<details><summary>%s (%d)</summary>\n\n%s\n\n</details>\n", driftTitles[class], len(findings), driftRows(findings).RenderMarkdown())
	}
	driftNotes(w, r)
}

func driftSummary(r *drift.Report) string {
	if len(r.Findings) == 0 && r.PendingUnknown == "" {
		return fmt.Sprintf("Stack %s: no drift. State, code and account agree.", r.Stack)
	}
	text := fmt.Sprintf("Stack %s: %d changed in the world, %d unmanaged, %d not applied yet.",
		r.Stack, len(r.Of(drift.World)), len(r.Of(drift.Unmanaged)), len(r.Of(drift.Pending)))
	if cost := r.StrayCost(); cost.IsPositive() {
		text += fmt.Sprintf(" What nobody manages costs $%s a month.", cost.StringFixed(2))
	}
	return text
}

func driftRows(findings []drift.Finding) table.Writer {
	rows := table.NewWriter()
	rows.AppendHeader(table.Row{"Resource", "What", "Changes", "Per month", "Fix"})
	for _, f := range findings {
		var changes []string
		for _, c := range f.Changes {
			changes = append(changes, strings.TrimSpace(c.Path+": "+orNothing(c.Before)+" → "+orNothing(c.After)))
		}
		cost := ""
		if f.MonthlyCost != nil {
			cost = "$" + f.MonthlyCost.StringFixed(2)
		}
		rows.AppendRow(table.Row{f.Type[strings.LastIndex(f.Type, ":")+1:] + " " + f.Name, f.What, strings.Join(changes, "; "), cost, f.Fix})
	}
	return rows
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func driftNotes(w io.Writer, r *drift.Report) {
	if r.PendingUnknown != "" {
		fmt.Fprintf(w, "\nWhat code waits to be applied is not known, because the program did not run:\n%s\n", r.PendingUnknown)
	}
	if n := len(r.Ignored); n > 0 {
		fmt.Fprintf(w, "\n%d ignored by rule.\n", n)
	}
	for _, rule := range r.Expired {
		fmt.Fprintf(w, "\nThe rule for %q expired on %s and no longer hides anything (%s).\n", rule.Resource, rule.Expires, rule.Reason)
	}
}
