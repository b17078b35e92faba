package policies

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/sizing"
)

// Settings are what rules depend on beside the resources.
type Settings struct {
	// Stack is the stack's name.
	Stack string
	// Production is set where people depend on the stack: then data is protected and
	// control planes are highly available.
	Production bool
	// Input is what the stack is sized from; nil leaves out the rule that needs it.
	Input *sizing.Input
	// MonthlyBudget is the most that the resources may cost per month in US dollars,
	// without traffic; 0 is no limit.
	MonthlyBudget decimal.Decimal
	// Exceptions allow some violations until they expire, which is seen from Today.
	Exceptions []Exception
	Today      time.Time
}

// File is the settings that people write: policies/settings.yaml.
type File struct {
	// MonthlyBudget maps stacks to their budgets in US dollars.
	MonthlyBudget map[string]decimal.Decimal `yaml:"monthlyBudget"`
	// Exceptions are those of all stacks.
	Exceptions []Exception `yaml:"exceptions"`
}

// budgetDigits bounds a budget on both sides of its point; no bill has more.
const budgetDigits = 12

// Read reads a settings file and checks it. The error names the file, the exception,
// the bad value and what is allowed.
func Read(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the policies' settings: %w", err)
	}
	f, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Parse parses the text of a settings file and checks it.
func Parse(text []byte) (*File, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	f := &File{}
	if err := decoder.Decode(f); err != nil && !errors.Is(err, io.EOF) { // a file of comments is empty
		return nil, err
	}
	for i, e := range f.Exceptions {
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("exceptions[%d]: %w", i, err)
		}
	}
	for stack, budget := range f.MonthlyBudget {
		// The exponent comes first: to compare or print 1e999999999 takes all memory.
		if exponent := budget.Exponent(); exponent > budgetDigits || exponent < -budgetDigits || budget.NumDigits() > 2*budgetDigits {
			return nil, fmt.Errorf("monthlyBudget.%s: must be US dollars per month, such as 17500", stack)
		}
		if !budget.IsPositive() {
			return nil, fmt.Errorf("monthlyBudget.%s: %s: must be above 0; leave it out for no limit", stack, budget)
		}
	}
	return f, nil
}

// For returns the settings of a stack.
func (f *File) For(stack string, today time.Time) *Settings {
	s := &Settings{Stack: stack, MonthlyBudget: f.MonthlyBudget[stack], Today: today}
	for _, e := range f.Exceptions {
		if e.covers(stack) {
			s.Exceptions = append(s.Exceptions, e)
		}
	}
	return s
}
