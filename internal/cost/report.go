package cost

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// Change is a line before and after; one of them is nil when the other is all there is.
type Change struct{ Before, After *Line }

// Line returns the line after, or before when there is none.
func (c Change) Line() Line {
	if c.After != nil {
		return *c.After
	}
	return *c.Before
}

// Difference returns what the change adds, as far as prices are known.
func (c Change) Difference() Amounts {
	var d Amounts
	if c.After != nil {
		if amount, known := c.After.Cost(); known {
			d = d.Add(amount)
		}
	}
	if c.Before != nil {
		if amount, known := c.Before.Cost(); known {
			d = d.Sub(amount)
		}
	}
	return d
}

// Changed reports whether there is anything to see.
func (c Change) Changed() bool {
	return c.Before == nil || c.After == nil || c.Before.What != c.After.What ||
		c.Before.Price.Known() != c.After.Price.Known() || !c.Difference().Equal(Amounts{})
}

// Report is what a stack costs before and after.
type Report struct {
	Stack         string
	Before, After *Snapshot
	// Changes pairs all lines, changed or not, in the order of After; what goes comes last.
	Changes []Change
	// Plan is the plan of the stack's configuration, nil when it is not known.
	Plan *sizing.Plan
	// Current says that there is no change, only what is deployed: Before equals After.
	Current bool
}

// OfPreview prices a preview. plan may be nil; then nothing is known of the usage after.
func OfPreview(p *engine.Preview, plan *sizing.Plan, catalogue *sizing.Catalogue) *Report {
	var usage Usage
	var counts Counts
	if plan != nil {
		usage, counts = PlanUsage(plan), PlanCounts(plan)
	}
	// A stack that never said what it uses is taken to use what it will.
	earlier := StackUsage(p.Outputs())
	if earlier == nil {
		earlier = usage
	}
	r := &Report{
		Stack: p.Stack(), Plan: plan,
		Before: New(p.Before(), earlier, StackCounts(p.Outputs()), catalogue), After: New(p.After(), usage, counts, catalogue),
	}
	r.Changes = pair(r.Before, r.After, p.Renamed())
	return r
}

// OfState prices what is deployed. The usage is what the stack exported.
func OfState(stack string, resources []*engine.Resource, catalogue *sizing.Catalogue) *Report {
	outputs := engine.Outputs(resources)
	now := New(resources, StackUsage(outputs), StackCounts(outputs), catalogue)
	return &Report{Stack: stack, Before: now, After: now, Changes: pair(now, now, nil), Current: true}
}

func pair(before, after *Snapshot, renamed map[resource.URN]resource.URN) []Change {
	old := map[string]int{}
	for i, l := range before.Lines {
		if urn, ok := renamed[resource.URN(l.URN)]; ok {
			l.URN = string(urn)
		}
		old[l.key()] = i
	}
	var changes []Change
	var paired []int
	for i := range after.Lines {
		change := Change{After: &after.Lines[i]}
		if at, ok := old[after.Lines[i].key()]; ok {
			change.Before = &before.Lines[at]
			paired = append(paired, at)
		}
		changes = append(changes, change)
	}
	for i := range before.Lines {
		if !slices.Contains(paired, i) {
			changes = append(changes, Change{Before: &before.Lines[i]})
		}
	}
	return changes
}

// Difference returns what the whole change adds.
func (r *Report) Difference() Amounts { return r.After.Total().Sub(r.Before.Total()) }

// Percent returns the expected difference in percent of what is there; it is not valid
// when nothing is.
func (r *Report) Percent() decimal.NullDecimal {
	before := r.Before.Total().Expected
	if before.IsZero() {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(r.Difference().Expected.Mul(decimal.NewFromInt(100)).Div(before))
}

// Group is the sum of the lines that have something in common.
type Group struct {
	Name          string
	Before, After Amounts
	// Priced says that at least one of the lines has a price.
	Priced bool
}

// Components sums by component, Sites by site; "" is what belongs to no site.
func (r *Report) Components() []Group { return r.groups(func(l Line) string { return l.Component }) }

// Sites sums by site.
func (r *Report) Sites() []Group { return r.groups(func(l Line) string { return l.Site }) }

func (r *Report) groups(of func(Line) string) []Group {
	var names []string
	for _, c := range r.Changes {
		for _, l := range []*Line{c.After, c.Before} {
			if l != nil && !slices.Contains(names, of(*l)) {
				names = append(names, of(*l))
			}
		}
	}
	var groups []Group
	for _, name := range names {
		in := func(l Line) bool { return of(l) == name }
		priced := func(l Line) bool { return in(l) && l.Price.Known() }
		groups = append(groups, Group{
			name, r.Before.Sum(in), r.After.Sum(in),
			slices.ContainsFunc(r.Before.Lines, priced) || slices.ContainsFunc(r.After.Lines, priced),
		})
	}
	return groups
}

// Undeclared lists the components of which the plan costs something else than the
// resources that are there after: the program does not declare all of it, or it has more.
// Before holds the plan's amounts and After the resources'.
func (r *Report) Undeclared() []Group {
	if r.Plan == nil || r.Current {
		return nil
	}
	var groups []Group
	for _, component := range append(r.Plan.Cost.Expected.Components(), componentVolumes, "other") {
		plan := Amounts{r.Plan.Cost.Low.Component(component), r.Plan.Cost.Expected.Component(component), r.Plan.Cost.Peak.Component(component)}
		have := r.After.Sum(func(l Line) bool { return l.Component == component })
		if !plan.Equal(have) {
			groups = append(groups, Group{component, plan, have, true})
		}
	}
	return groups
}
