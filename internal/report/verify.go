package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/gomeet/infra/internal/verify"
)

// VerifyTable writes what was verified for a terminal.
func VerifyTable(w io.Writer, r *verify.Report) {
	rows := verifyRows(r)
	rows.SetStyle(table.StyleLight)
	// A terminal is wide enough for a measurement, not for an error.
	rows.SetColumnConfigs([]table.ColumnConfig{
		{Number: 4, WidthMax: 60, WidthMaxEnforcer: text.WrapSoft}, {Number: 5, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft},
	})
	fmt.Fprintf(w, "%s\n\n%s\n", verifySummary(r), rows.Render())
	verifyNotes(w, r, "  ")
}

// VerifyMarkdown writes it for an issue.
func VerifyMarkdown(w io.Writer, r *verify.Report) {
	fmt.Fprintf(w, "## Verification of %s\n\n%s\n\n%s\n", r.Stack, verifySummary(r), verifyRows(r).RenderMarkdown())
	verifyNotes(w, r, "- ")
}

func verifySummary(r *verify.Report) string {
	text := fmt.Sprintf("Stack %s on %s: %d passed, %d failed, %d could not be measured, %d skipped, in %.0f s.",
		r.Stack, r.Began.Format("2006-01-02 15:04 MST"), r.Count(verify.Pass), r.Count(verify.Fail), r.Count(verify.Unknown), r.Count(verify.Skipped), r.Seconds)
	if names := r.Unmeasured(); len(names) > 0 {
		text += " Performance targets without a measurement: " + strings.Join(names, ", ") + "."
	}
	return text
}

func verifyRows(r *verify.Report) table.Writer {
	rows := table.NewWriter()
	rows.AppendHeader(table.Row{"Check", "Site", "Result", "Measured", "Limit"})
	for _, result := range r.Results {
		measured := result.Measured
		if result.State == verify.Skipped {
			measured = result.Reason
		}
		rows.AppendRow(table.Row{result.Check, result.Target, result.State, measured, result.Limit})
	}
	return rows
}

// verifyNotes say why, and what to do.
func verifyNotes(w io.Writer, r *verify.Report, bullet string) {
	for _, state := range []verify.State{verify.Fail, verify.Unknown} {
		for _, result := range r.Results {
			if result.State == state {
				fmt.Fprintf(w, "\n%s at %s: %s\n%s%s\n", result.Check, result.Target, result.Reason, bullet, result.Fix)
			}
		}
	}
}

// VerifyChecks writes the list of checks.
func VerifyChecks(w io.Writer) {
	rows := table.NewWriter()
	rows.SetStyle(table.StyleLight)
	rows.AppendHeader(table.Row{"Check", "A pass shows that", "Limit", "The limit is from"})
	rows.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, WidthMax: 50, WidthMaxEnforcer: text.WrapSoft}, {Number: 3, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft},
		{Number: 4, WidthMax: 36, WidthMaxEnforcer: text.WrapSoft},
	})
	for _, check := range verify.Checks() {
		rows.AppendRow(table.Row{check.ID, check.Proves, check.Limit, check.Source})
	}
	fmt.Fprintln(w, rows.Render())
}
