package policies

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Exception allows violations of one rule by some resources, for a reason and a time.
type Exception struct {
	// Rule is the rule's id.
	Rule string `yaml:"rule"`
	// Stacks are the stacks it holds for; none means all.
	Stacks []string `yaml:"stacks"`
	// Name is a pattern of logical names, Subjects are patterns of the part of the
	// resource that the violation names; none matches everything. A * stands for any
	// text without a slash (path.Match).
	Name     string   `yaml:"name"`
	Subjects []string `yaml:"subjects"`
	// Reason says why it is right, for whoever reviews it.
	Reason string `yaml:"reason"`
	// Expires is the last day it counts, such as 2027-06-30.
	Expires Date `yaml:"expires"`
}

// Date is a day in UTC.
type Date struct{ time.Time }

// UnmarshalText parses year-month-day.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q: must be a day such as 2027-06-30", text)
	}
	d.Time = t
	return nil
}

// String returns year-month-day.
func (d Date) String() string { return d.Format(time.DateOnly) }

// shortestReason in characters: less explains nothing.
const shortestReason = 20

func (e Exception) check() error {
	if !slices.ContainsFunc(Rules(), func(r *Rule) bool { return r.ID == e.Rule }) {
		return fmt.Errorf("rule: %q: must be the id of a rule", e.Rule)
	}
	if len(strings.TrimSpace(e.Reason)) < shortestReason {
		return fmt.Errorf("reason: %q: must say why, in at least %d characters", e.Reason, shortestReason)
	}
	if e.Expires.IsZero() {
		return fmt.Errorf("expires: missing; the last day it counts, such as 2027-06-30")
	}
	for _, pattern := range append([]string{e.Name}, e.Subjects...) {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("name, subjects: %q: must be a pattern of text and *", pattern)
		}
	}
	return nil
}

func (e Exception) covers(stack string) bool {
	return len(e.Stacks) == 0 || slices.Contains(e.Stacks, stack)
}

func (e Exception) allows(f Finding) bool {
	name := ""
	if f.Resource != nil {
		name = f.Resource.Name
	}
	return e.Rule == f.Rule.ID && matches(e.Name, name) && e.matchesSubject(f.Subject)
}

func (e Exception) matchesSubject(subject string) bool {
	return len(e.Subjects) == 0 ||
		slices.ContainsFunc(e.Subjects, func(pattern string) bool { return matches(pattern, subject) })
}

func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	ok, err := path.Match(pattern, text)
	return ok && err == nil
}

// expired reports whether the exception's last day is over.
func (e Exception) expired(today time.Time) bool { return !today.Before(e.Expires.AddDate(0, 0, 1)) }

// exceptionFor returns the index of the exception that allows a finding, else -1.
func (s *Settings) exceptionFor(f Finding) int {
	return slices.IndexFunc(s.Exceptions, func(e Exception) bool { return !e.expired(s.Today) && e.allows(f) })
}

// Excepts reports whether an exception allows the finding.
func (s *Settings) Excepts(f Finding) bool { return s.exceptionFor(f) >= 0 }

// remarks says what is wrong with the exceptions, of which some were used.
func (s *Settings) remarks(used map[int]bool) []string {
	var remarks []string
	for i, e := range s.Exceptions {
		switch {
		case e.expired(s.Today):
			remarks = append(remarks, fmt.Sprintf("The exception from %s for %s expired on %s.", e.Rule, e.scope(), e.Expires))
		case !used[i]:
			remarks = append(remarks, e.Unused())
		}
	}
	return remarks
}

// Unused is the remark on an exception that allows nothing.
func (e Exception) Unused() string {
	return fmt.Sprintf("The exception from %s for %s allows nothing any more; remove it.", e.Rule, e.scope())
}

// scope says what the exception is for.
func (e Exception) scope() string {
	scope := "everything"
	if e.Name != "" {
		scope = e.Name
	}
	if len(e.Subjects) > 0 {
		scope += ": " + strings.Join(e.Subjects, ", ")
	}
	return scope
}
