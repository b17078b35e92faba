package report

import (
	"fmt"
	"strconv"

	"github.com/gomeet/infra/policies"
)

// Policies returns the tables of a verdict on a stack: what is wrong, and what is
// excepted.
func Policies(stack string, v policies.Verdict) []Table {
	wrong := Table{
		Title: fmt.Sprintf("Violations of policies in stack %s", stack), Wrap: 4,
		Header: []string{"Severity", "Level", "Rule", "Resource", "What is wrong, and what to do"},
	}
	for _, f := range v.Violations {
		wrong.Rows = append(wrong.Rows, []string{
			string(f.Rule.Severity), level(f.Rule), f.Rule.ID, resourceName(f), f.Message + ". " + f.Rule.Fix,
		})
	}
	wrong.Remarks = append([]string{policyHeadline(v)}, v.Remarks...)
	tables := []Table{wrong}
	if len(v.Excepted) == 0 {
		return tables
	}
	excepted := Table{Title: "Excepted", Wrap: 3, Header: []string{"Rule", "Resource", "What", "Why it is right", "Until"}}
	for _, e := range v.Excepted {
		excepted.Rows = append(excepted.Rows, []string{
			e.Rule.ID, resourceName(e.Finding), e.Message, e.Exception.Reason, e.Exception.Expires.String(),
		})
	}
	return append(tables, excepted)
}

// policyHeadline is the verdict in one line.
func policyHeadline(v policies.Verdict) string {
	mandatory := v.Mandatory()
	return fmt.Sprintf("%s, %s of advice, %s; %d rules looked.", count(mandatory, "violation"),
		count(len(v.Violations)-mandatory, "piece"), count(len(v.Excepted), "exception"), len(policies.Rules()))
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func level(r *policies.Rule) string {
	if r.Mandatory() {
		return "mandatory"
	}
	return "advisory"
}

// resourceName is the logical name of what a finding is about.
func resourceName(f policies.Finding) string {
	if f.Resource == nil {
		return "the stack"
	}
	return f.Resource.Name
}
