package report

import (
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/cost"
)

// CostView is a cost report as JSON. Amounts are US dollars per month, as text so that no
// cent is lost.
type CostView struct {
	Stack      string              `json:"stack"`
	Before     cost.Amounts        `json:"before"`
	After      cost.Amounts        `json:"after"`
	Difference cost.Amounts        `json:"difference"`
	Percent    decimal.NullDecimal `json:"percent"`
	Components []CostGroupView     `json:"components"`
	Sites      []CostGroupView     `json:"sites"`
	// Lines are all lines, changed or not.
	Lines    []CostLineView  `json:"lines"`
	Unpriced []string        `json:"unpriced"`
	Exceeded []cost.Exceeded `json:"exceeded"`
}

// CostGroupView is the sum of a component or a site; the name "" is the whole stack.
type CostGroupView struct {
	Name   string       `json:"name"`
	Before cost.Amounts `json:"before"`
	After  cost.Amounts `json:"after"`
}

// CostLineView is a line before and after. Amounts are null where there is no such line
// or no price.
type CostLineView struct {
	URN       string        `json:"urn,omitempty"`
	Part      string        `json:"part,omitempty"`
	Component string        `json:"component"`
	Site      string        `json:"site,omitempty"`
	Before    *CostPartView `json:"before"`
	After     *CostPartView `json:"after"`
	Changed   bool          `json:"changed"`
}

// CostPartView is one side of a line.
type CostPartView struct {
	What     string        `json:"what"`
	Quantity cost.Amounts  `json:"quantity"`
	Unit     string        `json:"unit"`
	Amount   *cost.Amounts `json:"amount"`
	// Source is where the price was read; Why says why there is none.
	Source string `json:"source,omitempty"`
	Why    string `json:"why,omitempty"`
}

// NewCostView returns a report's view.
func NewCostView(r *cost.Report, exceeded []cost.Exceeded) CostView {
	v := CostView{
		Stack: r.Stack, Before: r.Before.Total(), After: r.After.Total(), Difference: r.Difference(), Percent: r.Percent(),
		Components: groupViews(r.Components()), Sites: groupViews(r.Sites()),
		Lines: []CostLineView{}, Unpriced: []string{}, Exceeded: exceeded,
	}
	if v.Percent.Valid {
		v.Percent.Decimal = v.Percent.Decimal.Round(2)
	}
	if v.Exceeded == nil {
		v.Exceeded = []cost.Exceeded{}
	}
	for _, c := range r.Changes {
		l := c.Line()
		v.Lines = append(v.Lines, CostLineView{
			URN: l.URN, Part: l.Part, Component: l.Component, Site: l.Site,
			Before: partView(c.Before), After: partView(c.After), Changed: c.Changed(),
		})
	}
	for _, l := range r.After.Unpriced() {
		v.Unpriced = append(v.Unpriced, lineName(l))
	}
	return v
}

func groupViews(groups []cost.Group) []CostGroupView {
	views := []CostGroupView{}
	for _, g := range groups {
		views = append(views, CostGroupView{g.Name, g.Before, g.After})
	}
	return views
}

func partView(l *cost.Line) *CostPartView {
	if l == nil {
		return nil
	}
	view := &CostPartView{What: l.What, Quantity: l.Quantity, Unit: l.Price.Unit, Source: l.Price.Source, Why: l.Why}
	if amount, known := l.Cost(); known {
		view.Amount = &amount
	}
	return view
}
