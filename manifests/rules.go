package manifests

import (
	"fmt"
	"regexp"
	"time"
)

// Severity says how soon somebody must act.
type Severity string

// The severities. Only Critical wakes anybody.
const (
	// Critical is for what participants notice now or within minutes.
	Critical Severity = "critical"
	// Warning is for working hours: nobody notices yet.
	Warning Severity = "warning"
)

// Owner is who acts.
type Owner string

// The owners, as the design's own sections divide the platform.
const (
	OwnerMedia    Owner = "media"
	OwnerAPI      Owner = "api"
	OwnerData     Owner = "data"
	OwnerPlatform Owner = "platform"
)

// RunbookURL is where the runbooks are; an alert's own begins at its name in lower case.
const RunbookURL = "https://github.com/gomeet/infra/blob/main/docs/alerts.md"

// Alert is a condition that a person must do something about.
type Alert struct {
	Name, Expr string
	// For is how long the condition holds before anybody is told.
	For      time.Duration
	Severity Severity
	Owner    Owner
	// Summary says what is wrong; it may use Prometheus' templates. Action says what the
	// person does first.
	Summary, Action string
}

// Runbook is the address of the alert's own section.
func (a Alert) Runbook() string { return RunbookURL + "#" + a.Anchor() }

// Record keeps the result of an expression under a name of its own.
type Record struct {
	Name, Expr string
	// Labels are added to the result.
	Labels map[string]string
}

// RuleFile is the rules of one subject.
type RuleFile struct {
	// Subject names the file and the group.
	Subject string
	Records []Record
	Alerts  []Alert
}

type (
	rulesYAML struct {
		Groups []ruleGroupYAML `yaml:"groups"`
	}
	ruleGroupYAML struct {
		Name  string     `yaml:"name"`
		Rules []ruleYAML `yaml:"rules"`
	}
	ruleYAML struct {
		Record      string            `yaml:"record,omitempty"`
		Alert       string            `yaml:"alert,omitempty"`
		Expr        string            `yaml:"expr"`
		For         string            `yaml:"for,omitempty"`
		Labels      map[string]string `yaml:"labels,omitempty"`
		Annotations map[string]string `yaml:"annotations,omitempty"`
	}
)

// File is the name of the file.
func (f RuleFile) File() string { return f.Subject + ".yml" }

var (
	subjectPattern = regexp.MustCompile(`^[a-z][a-z-]*$`)
	alertPattern   = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
)

// Render returns the file, or everything that a person would miss in it.
func (f RuleFile) Render() (string, error) {
	c := &checks{file: f.Subject}
	c.that(subjectPattern.MatchString(f.Subject), "subject", f.Subject, "lower-case letters and hyphens")
	group := ruleGroupYAML{Name: f.Subject}
	for _, r := range f.Records {
		c.present(r.Name+".expr", r.Expr)
		group.Rules = append(group.Rules, ruleYAML{Record: r.Name, Expr: r.Expr, Labels: r.Labels})
	}
	for i, a := range f.Alerts {
		key := fmt.Sprintf("alerts[%d].", i)
		c.that(alertPattern.MatchString(a.Name), key+"name", a.Name, "letters and digits, the first a capital")
		for _, text := range []struct{ key, value string }{
			{"expr", a.Expr}, {"owner", string(a.Owner)}, {"summary", a.Summary}, {"action", a.Action},
		} {
			c.present(a.Name+"."+text.key, text.value)
		}
		c.that(a.Severity == Critical || a.Severity == Warning, a.Name+".severity", string(a.Severity), "critical or warning")
		rule := ruleYAML{
			Alert: a.Name, Expr: a.Expr,
			Labels:      map[string]string{"severity": string(a.Severity), "owner": string(a.Owner)},
			Annotations: map[string]string{"summary": a.Summary, "action": a.Action, "runbook_url": a.Runbook()},
		}
		if a.For > 0 {
			rule.For = promDuration(a.For)
		}
		group.Rules = append(group.Rules, rule)
	}
	if err := c.err(); err != nil {
		return "", err
	}
	return render(rulesYAML{[]ruleGroupYAML{group}})
}
