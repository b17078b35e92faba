package report

import (
	"strings"

	"github.com/gomeet/infra/policies"
)

// PolicyRules is the list of all rules, the table of docs/policies.md.
func PolicyRules() Table {
	t := Table{Title: "Rules", Wrap: 2, Header: []string{"Rule", "Severity", "What must hold", "Why", "Covers"}}
	for _, r := range policies.Rules() {
		severity := string(r.Severity)
		if !r.Mandatory() {
			severity += " (advice)"
		}
		t.Rows = append(t.Rows, []string{r.ID, severity, r.Title, r.Why, strings.Join(r.References, ", ")})
	}
	return t
}
