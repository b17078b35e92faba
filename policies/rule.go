package policies

import (
	"fmt"
	"slices"
)

// Severity says how bad a violation is.
type Severity string

// The severities, the worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Rule is one thing that must hold.
type Rule struct {
	// ID names the rule and never changes.
	ID       string
	Severity Severity
	// Title says what must hold, Why it matters, Fix what to do.
	Title, Why, Fix string
	// References are the checks of others that the rule covers, and its sources.
	References []string
	// Types are the resources that Each judges, one at a time; none means all.
	Types []string
	Each  func(s *Settings, r Resource) []Problem
	// All judges all resources together; it is set when Each is not.
	All func(s *Settings, all []Resource) []Problem
}

// Problem is one violation of a rule.
type Problem struct {
	// URN is the resource; Each leaves it empty, and All where it is the whole stack.
	URN string
	// Subject is the part of the resource, such as "container init" or "tcp 22"; an
	// exception can name it.
	Subject string
	// Message says what is wrong, with the value.
	Message string
}

// Mandatory reports whether a violation stops a deployment. Those of low severity are
// advice.
func (r *Rule) Mandatory() bool { return r.Severity != Low }

// Stack reports whether the rule judges all resources together.
func (r *Rule) Stack() bool { return r.All != nil }

// Applies reports whether the rule judges resources of the type.
func (r *Rule) Applies(token string) bool {
	return !r.Stack() && (len(r.Types) == 0 || slices.Contains(r.Types, token))
}

// Finding is a violation.
type Finding struct {
	Rule *Rule
	// Resource is the resource, or nil where it is the whole stack.
	Resource *Resource
	Problem
}

// Judge returns the violations of the rule by the resources. A rule that panics is an
// error and not a crash of whatever runs it.
func (r *Rule) Judge(s *Settings, resources []Resource) (found []Finding, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("rule %s: %v", r.ID, p)
		}
	}()
	byURN := map[string]*Resource{}
	for i := range resources {
		byURN[resources[i].URN] = &resources[i]
	}
	if r.Stack() {
		for _, p := range r.All(s, resources) {
			found = append(found, Finding{Rule: r, Resource: byURN[p.URN], Problem: p})
		}
		return found, nil
	}
	for i, res := range resources {
		if !r.Applies(res.Type) {
			continue
		}
		for _, p := range r.Each(s, res) {
			p.URN = res.URN
			found = append(found, Finding{Rule: r, Resource: &resources[i], Problem: p})
		}
	}
	return found, nil
}

// one is the problems of a resource that has at most one.
func one(wrong bool, subject, message string, args ...any) []Problem {
	if !wrong {
		return nil
	}
	return []Problem{{Subject: subject, Message: fmt.Sprintf(message, args...)}}
}
