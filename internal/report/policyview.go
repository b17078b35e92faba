package report

import "github.com/gomeet/infra/policies"

// PolicyView is a verdict as JSON.
type PolicyView struct {
	Stack string `json:"stack"`
	// Mandatory is how many violations stop a deployment, Rules how many rules looked.
	Mandatory  int             `json:"mandatory"`
	Rules      int             `json:"rules"`
	Violations []PolicyFinding `json:"violations"`
	Excepted   []PolicyFinding `json:"excepted"`
	// Remarks say which exceptions expired or are not needed any more.
	Remarks []string `json:"remarks,omitempty"`
}

// PolicyFinding is one violation.
type PolicyFinding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Level    string `json:"level"`
	// URN is the resource, empty for the whole stack, Subject a part of it.
	URN     string `json:"urn,omitempty"`
	Subject string `json:"subject,omitempty"`
	Message string `json:"message"`
	Why     string `json:"why"`
	Fix     string `json:"fix"`
	// Reason and Expires are the exception's.
	Reason  string `json:"reason,omitempty"`
	Expires string `json:"expires,omitempty"`
}

// NewPolicyView turns a verdict into JSON's shape.
func NewPolicyView(stack string, v policies.Verdict) PolicyView {
	view := PolicyView{
		Stack: stack, Mandatory: v.Mandatory(), Rules: len(policies.Rules()), Remarks: v.Remarks,
		Violations: []PolicyFinding{}, Excepted: []PolicyFinding{},
	}
	for _, f := range v.Violations {
		view.Violations = append(view.Violations, newPolicyFinding(f))
	}
	for _, e := range v.Excepted {
		found := newPolicyFinding(e.Finding)
		found.Reason, found.Expires = e.Exception.Reason, e.Exception.Expires.String()
		view.Excepted = append(view.Excepted, found)
	}
	return view
}

func newPolicyFinding(f policies.Finding) PolicyFinding {
	return PolicyFinding{
		Rule: f.Rule.ID, Severity: string(f.Rule.Severity), Level: level(f.Rule), URN: f.URN, Subject: f.Subject,
		Message: f.Message, Why: f.Rule.Why, Fix: f.Rule.Fix,
	}
}

// RuleView is a rule as JSON.
type RuleView struct {
	Rule       string   `json:"rule"`
	Severity   string   `json:"severity"`
	Level      string   `json:"level"`
	Title      string   `json:"title"`
	Why        string   `json:"why"`
	Fix        string   `json:"fix"`
	References []string `json:"references"`
}

// NewRuleViews returns all rules.
func NewRuleViews() []RuleView {
	var views []RuleView
	for _, r := range policies.Rules() {
		views = append(views, RuleView{r.ID, string(r.Severity), level(r), r.Title, r.Why, r.Fix, r.References})
	}
	return views
}
