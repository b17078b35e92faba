package stacks

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a stack's configuration.
type Problem struct {
	// Key is the configuration key, with a path into it where there is one,
	// such as "gomeet:sites[1].region".
	Key string
	// Value is the offending value as the user wrote it; empty when the key is
	// missing or secret.
	Value string
	// Allowed says what the key takes.
	Allowed string
}

// String renders the problem as one line.
func (p Problem) String() string {
	if p.Value == "" {
		return fmt.Sprintf("%s: %s", p.Key, p.Allowed)
	}
	return fmt.Sprintf("%s: %q: %s", p.Key, p.Value, p.Allowed)
}

// Problems is every problem of a configuration, in the order of the keys. It is
// an error when it is not empty.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	var b strings.Builder
	noun := "problems"
	if len(p) == 1 {
		noun = "problem"
	}
	fmt.Fprintf(&b, "the stack configuration has %d %s; nothing was created:", len(p), noun)
	for _, problem := range p {
		b.WriteString("\n  - " + problem.String())
	}
	return b.String()
}

// err returns the problems as an error, nil when there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// add appends a problem whose allowed text is formatted.
func (p *Problems) add(key, value, format string, args ...any) {
	*p = append(*p, Problem{Key: key, Value: value, Allowed: fmt.Sprintf(format, args...)})
}
