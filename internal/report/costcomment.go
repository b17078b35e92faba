package report

import (
	"fmt"
	"io"

	"github.com/gomeet/infra/internal/cost"
)

// CostComment writes a report as a comment of a pull request: one line that says it all,
// a table of only what changes, and the rest folded. It begins with a mark of the stack,
// invisible to readers, by which the comment of an earlier run is found and replaced.
func CostComment(w io.Writer, r *cost.Report, exceeded []cost.Exceeded) error {
	if _, err := fmt.Fprintf(w, "<!-- gomeet-cost %s -->\n%s\n\n", r.Stack, costHeadline(r)); err != nil {
		return err
	}
	for _, e := range exceeded {
		if _, err := fmt.Fprintf(w, "> [!WARNING]\n> Over the limit: %s\n\n", e); err != nil {
			return err
		}
	}
	if changes := costChanges(r); !r.Current && anyChange(r) {
		changes.Wrap = -1
		if _, err := fmt.Fprintf(w, "%s\n\n", changes.writer().RenderMarkdown()); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(w, "<details><summary>All of it</summary>\n\n"); err != nil {
		return err
	}
	var folded []Table
	for _, t := range Cost(r, true) {
		if t.Title != "What changes" {
			folded = append(folded, t)
		}
	}
	if err := Markdown(w, folded); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</details>\n")
	return err
}

func anyChange(r *cost.Report) bool {
	for _, c := range r.Changes {
		if c.Changed() {
			return true
		}
	}
	return false
}

// costHeadline is the summary in one line.
func costHeadline(r *cost.Report) string {
	after := Money(r.After.Total().Expected)
	switch {
	case r.Current:
		return fmt.Sprintf("**Stack `%s` costs %s a month**", r.Stack, after)
	case !anyChange(r):
		return fmt.Sprintf("**Stack `%s` still costs %s a month**: nothing that costs money changes", r.Stack, after)
	}
	percent := ""
	if p := r.Percent(); p.Valid {
		sign := ""
		if p.Decimal.IsPositive() {
			sign = "+"
		}
		percent = fmt.Sprintf(", %s%s %%", sign, p.Decimal.StringFixed(1))
	}
	d, between := r.Difference(), ""
	if !d.Low.Equal(d.Expected) || !d.Peak.Equal(d.Expected) {
		between = fmt.Sprintf("; %s in the low scenario and %s in the peak one", Signed(d.Low), Signed(d.Peak))
	}
	return fmt.Sprintf("**Stack `%s`: %s → %s a month** (%s%s%s)", r.Stack,
		Money(r.Before.Total().Expected), after, Signed(d.Expected), percent, between)
}
