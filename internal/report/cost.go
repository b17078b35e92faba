package report

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/sizing"
)

// Cost returns the tables of a cost report: the totals, what changes, and sums by
// component and by site. all adds a table of every line, changed or not; what is deployed
// has no changes and always gets it.
func Cost(r *cost.Report, all bool) []Table {
	tables := []Table{costTotals(r)}
	if !r.Current {
		tables = append(tables, costChanges(r))
	}
	tables = append(tables, costGroups(r, "By component", "Component", r.Components()), costGroups(r, "By site", "Site", r.Sites()))
	if all || r.Current {
		tables = append(tables, costLines(r))
	}
	last := &tables[len(tables)-1]
	last.Remarks = append(last.Remarks, costRemarks(r)...)
	return tables
}

func costTotals(r *cost.Report) Table {
	t := Table{
		Title:   fmt.Sprintf("Cost per month of stack %s, US dollars at list prices", r.Stack),
		Header:  []string{"", "Low", "Expected", "Peak"},
		Numbers: []int{1, 2, 3}, Wrap: -1,
	}
	row := func(name string, a cost.Amounts, write func(decimal.Decimal) string) []string {
		return []string{name, write(a.Low), write(a.Expected), write(a.Peak)}
	}
	if r.Current {
		t.Rows = [][]string{row("Deployed", r.After.Total(), Money)}
		return t
	}
	t.Rows = [][]string{row("Before", r.Before.Total(), Money), row("After", r.After.Total(), Money)}
	t.Footer = row("Difference", r.Difference(), Signed)
	return t
}

// Signed writes US dollars with a sign, and nothing as "$0.00".
func Signed(amount decimal.Decimal) string {
	if amount.IsPositive() {
		return "+" + Money(amount)
	}
	return Money(amount)
}

func costChanges(r *cost.Report) Table {
	t := Table{
		Title:   "What changes",
		Header:  []string{"Resource", "Component", "Site", "Before", "After", "Per month"},
		Numbers: []int{5}, Wrap: -1,
	}
	for _, c := range r.Changes {
		if c.Changed() {
			t.Rows = append(t.Rows, []string{lineName(c.Line()), c.Line().Component, c.Line().Site, described(c.Before), described(c.After), difference(c)})
		}
	}
	if len(t.Rows) == 0 {
		t.Rows = [][]string{{"nothing that costs money", "", "", "", "", Money(decimal.Zero)}}
	}
	t.Footer = []string{"Total", "", "", "", "", Signed(r.Difference().Expected)}
	return t
}

// lineName names a line: the engine's resource, or what is used.
func lineName(l cost.Line) string {
	if l.Resource == "" {
		return l.What
	}
	return l.Type[strings.LastIndex(l.Type, ":")+1:] + " " + l.Resource
}

// described says what is bought; of usage, how much.
func described(l *cost.Line) string {
	switch {
	case l == nil:
		return ""
	case l.Resource == "":
		unit := strings.TrimSuffix(l.Price.Unit, "-month")
		if unit != "GiB" {
			unit = "x " + unit
		}
		return l.Quantity.Expected.Round(2).String() + " " + unit
	default:
		return l.What
	}
}

// difference is the expected difference, as a range when it depends on the scenario.
func difference(c cost.Change) string {
	if !c.Line().Price.Known() {
		return "no price"
	}
	d := c.Difference()
	if d.Low.Equal(d.Peak) && d.Low.Equal(d.Expected) {
		return Signed(d.Expected)
	}
	return fmt.Sprintf("%s (%s to %s)", Signed(d.Expected), Signed(d.Low), Signed(d.Peak))
}

func costGroups(r *cost.Report, title, what string, groups []cost.Group) Table {
	t := Table{Title: title, Header: []string{what, "Before", "After", "Difference"}, Numbers: []int{1, 2, 3}, Wrap: -1}
	if r.Current {
		t.Header, t.Numbers = []string{what, "Low", "Expected", "Peak"}, []int{1, 2, 3}
	}
	for _, g := range groups {
		name := g.Name
		if name == "" {
			name = "whole stack"
		}
		if !g.Priced {
			t.Rows = append(t.Rows, []string{name, "no price", "no price", "no price"})
			continue
		}
		if r.Current {
			t.Rows = append(t.Rows, []string{name, Money(g.After.Low), Money(g.After.Expected), Money(g.After.Peak)})
			continue
		}
		t.Rows = append(t.Rows, []string{name, Money(g.Before.Expected), Money(g.After.Expected), Signed(g.After.Sub(g.Before).Expected)})
	}
	return t
}

func costLines(r *cost.Report) Table {
	t := Table{
		Title:  "Every line after the change",
		Header: []string{"Resource", "Component", "Site", "What", "Low", "Expected", "Peak"}, Numbers: []int{4, 5, 6}, Wrap: -1,
	}
	if r.Current {
		t.Title = "Every line"
	}
	for _, l := range r.After.Lines {
		cells := []string{lineName(l), l.Component, l.Site, described(&l)}
		if amount, known := l.Cost(); known {
			cells = append(cells, Money(amount.Low), Money(amount.Expected), Money(amount.Peak))
		} else {
			cells = append(cells, "no price", "no price", "no price")
		}
		t.Rows = append(t.Rows, cells)
	}
	total := r.After.Total()
	t.Footer = []string{"Total", "", "", "", Money(total.Low), Money(total.Expected), Money(total.Peak)}
	return t
}

// costRemarks say what the numbers leave out.
func costRemarks(r *cost.Report) []string {
	var remarks []string
	for _, l := range r.After.Unpriced() {
		at := ""
		if l.Site != "" {
			at = " at " + l.Site
		}
		remarks = append(remarks, fmt.Sprintf("In no total: %s%s, %s: %s.", lineName(l), at, l.What, l.Why))
	}
	if groups := r.Undeclared(); len(groups) > 0 {
		var parts []string
		for _, g := range groups {
			parts = append(parts, fmt.Sprintf("%s %s instead of %s", g.Name, Money(g.After.Expected), Money(g.Before.Expected)))
		}
		remarks = append(remarks, "The resources do not cost what the plan of their configuration says: "+strings.Join(parts, ", ")+".")
	}
	if !hasUsage(r.After) {
		remarks = append(remarks, "Outbound transfer and backups are not counted: nothing says how much the stack is used.")
	}
	return append(remarks, "Low, expected and peak are the scenarios of gomeet plan; what is autoscaled costs its minimum, its planned count and its maximum.")
}

func hasUsage(s *cost.Snapshot) bool {
	for _, l := range s.Lines {
		if l.Component == sizing.ComponentTransfer {
			return true
		}
	}
	return len(s.Lines) == 0
}
