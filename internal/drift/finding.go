package drift

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// Class is what kind of difference a finding is.
type Class string

// The classes, the most urgent first.
const (
	// World is a resource that changed, or went, behind the program's back.
	World Class = "world"
	// Unmanaged is a resource in the stack's account that nobody manages.
	Unmanaged Class = "unmanaged"
	// Pending is code that has not been applied yet.
	Pending Class = "pending"
)

var classes = []Class{World, Unmanaged, Pending}

// Finding is one resource that differs.
type Finding struct {
	Class Class `json:"class"`
	// What happened: "changed", "deleted", "stray", or for pending code the engine's
	// operation, such as "create".
	What string `json:"what"`
	// Type is the engine's type token, Name the logical name; of an unmanaged resource
	// Name is the cloud's. URN is empty there.
	Type string `json:"type"`
	Name string `json:"name"`
	URN  string `json:"urn,omitempty"`
	ID   string `json:"id,omitempty"`
	// Changes are the properties that differ.
	Changes []Change `json:"changes,omitempty"`
	// MonthlyCost is the list price of an unmanaged resource in US dollars, nil where it
	// is not known.
	MonthlyCost *decimal.Decimal `json:"monthlyCost,omitempty"`
	// Fix is what to do: a command, or what to change where.
	Fix string `json:"fix"`
	// IgnoredBy is the reason of the rule that hides the finding.
	IgnoredBy string `json:"ignoredBy,omitempty"`
}

// Change is a property that differs; secrets are masked.
type Change struct {
	Path   string `json:"path"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Report is what was found.
type Report struct {
	Stack    string    `json:"stack"`
	Findings []Finding `json:"findings"`
	Ignored  []Finding `json:"ignored"`
	// PendingUnknown says why nobody knows what code waits: the program did not run, such
	// as when somebody took the mark of ownership off a network. "" when it did.
	PendingUnknown string `json:"pendingUnknown,omitempty"`
	// Expired are rules that no longer apply, because their day is over.
	Expired []Rule `json:"expired"`
}

// Of returns the findings of a class.
func (r *Report) Of(class Class) []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Class != class })
}

// StrayCost is what the unmanaged resources cost per month, as far as it is known.
func (r *Report) StrayCost() decimal.Decimal {
	total := decimal.Zero
	for _, f := range r.Of(Unmanaged) {
		if f.MonthlyCost != nil {
			total = total.Add(*f.MonthlyCost)
		}
	}
	return total
}

// Exit codes, a contract for CI (docs/drift.md).
const (
	ExitClean   = 0
	ExitError   = 1
	ExitDrift   = 2
	ExitPending = 3
)

// ExitCode is ExitDrift when the world differs or something is unmanaged, else ExitError
// when the program did not run, ExitPending when only code waits to be applied, and
// ExitClean when nothing differs.
func (r *Report) ExitCode() int {
	switch {
	case len(r.Of(World))+len(r.Of(Unmanaged)) > 0:
		return ExitDrift
	case r.PendingUnknown != "":
		return ExitError
	case len(r.Findings) > 0:
		return ExitPending
	default:
		return ExitClean
	}
}

func order(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(slices.Index(classes, a.Class), slices.Index(classes, b.Class)),
		cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID),
	)
}
