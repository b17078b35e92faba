package policies

import (
	"errors"
	"slices"
	"strings"
)

// Verdict is what all rules say about a stack.
type Verdict struct {
	// Violations stop a deployment when their rule is mandatory. They are ordered by
	// severity, then by rule and resource.
	Violations []Finding
	// Excepted are the violations that an exception allows.
	Excepted []Excepted
	// Remarks say which exceptions have expired, or allow nothing any more.
	Remarks []string
}

// Excepted is a violation with the exception that allows it.
type Excepted struct {
	Finding
	Exception Exception
}

// Mandatory returns how many violations stop a deployment.
func (v Verdict) Mandatory() int {
	n := 0
	for _, f := range v.Violations {
		if f.Rule.Mandatory() {
			n++
		}
	}
	return n
}

// Judge applies all rules to all resources of a stack. The error joins those of rules
// that failed; the verdict has what the others found.
func Judge(s *Settings, resources []Resource) (Verdict, error) {
	var v Verdict
	var errs []error
	used := map[int]bool{}
	for _, rule := range Rules() {
		found, err := rule.Judge(s, resources)
		errs = append(errs, err)
		for _, f := range found {
			if i := s.exceptionFor(f); i >= 0 {
				used[i] = true
				v.Excepted = append(v.Excepted, Excepted{f, s.Exceptions[i]})
				continue
			}
			v.Violations = append(v.Violations, f)
		}
	}
	slices.SortStableFunc(v.Violations, func(a, b Finding) int {
		if d := a.Rule.Severity.rank() - b.Rule.Severity.rank(); d != 0 {
			return d
		}
		return strings.Compare(a.Rule.ID+a.URN, b.Rule.ID+b.URN)
	})
	v.Remarks = s.remarks(used)
	return v, errors.Join(errs...)
}

func (s Severity) rank() int { return slices.Index([]Severity{Critical, High, Medium, Low}, s) }
