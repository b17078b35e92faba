package report

import (
	"encoding/json"
	"io"

	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/sizing"
)

// View is a plan as JSON. Amounts are US dollars per month, as text so that no cent
// is lost.
type View struct {
	Model                  sizing.Model               `json:"model"`
	Meetings               int                        `json:"meetings"`
	ParticipantsPerMeeting int                        `json:"participantsPerMeeting"`
	Pools                  []PoolView                 `json:"pools"`
	Capacity               CapacityView               `json:"capacity"`
	Cost                   map[string]decimal.Decimal `json:"cost"`
	Items                  []ItemView                 `json:"items"`
	Unpriced               []string                   `json:"unpriced"`
	Findings               []FindingView              `json:"findings"`
}

// PoolView is one node pool.
type PoolView struct {
	Role  sizing.Role `json:"role"`
	Site  string      `json:"site"`
	Size  string      `json:"size"`
	Count int         `json:"count"`
	Min   int         `json:"min,omitempty"`
	Max   int         `json:"max,omitempty"`
}

// CapacityView is what the plan carries.
type CapacityView struct {
	Meetings     int         `json:"meetings"`
	Participants int         `json:"participants"`
	Sufficient   bool        `json:"sufficient"`
	EndsFirst    sizing.Role `json:"endsFirst"`
	Binding      string      `json:"binding"`
}

// ItemView is one line of the expected bill. Amount is null when there is no price.
type ItemView struct {
	Component string              `json:"component"`
	Site      string              `json:"site,omitempty"`
	Name      string              `json:"name"`
	Quantity  decimal.Decimal     `json:"quantity"`
	Unit      string              `json:"unit"`
	Price     decimal.NullDecimal `json:"price"`
	Amount    decimal.NullDecimal `json:"amount"`
	Source    string              `json:"source"`
	Verified  bool                `json:"verified"`
}

// FindingView is something to know before spending.
type FindingView struct {
	Severity sizing.Severity `json:"severity"`
	Role     sizing.Role     `json:"role,omitempty"`
	Text     string          `json:"text"`
}

// NewView returns a plan's view.
func NewView(p *sizing.Plan) View {
	v := View{
		Model: p.Model, Meetings: p.Target.Meetings, ParticipantsPerMeeting: p.Target.ParticipantsPerMeeting,
		Capacity: CapacityView{
			Meetings: p.Verdict.Meetings, Participants: p.Verdict.Participants, Sufficient: p.Verdict.Sufficient,
			EndsFirst: p.Verdict.FirstToSaturate, Binding: string(p.Verdict.Binding),
		},
		Cost: map[string]decimal.Decimal{
			"low": p.Cost.Low.Total(), "expected": p.Cost.Expected.Total(), "peak": p.Cost.Peak.Total(),
		},
		Pools: []PoolView{}, Items: []ItemView{}, Unpriced: []string{}, Findings: []FindingView{},
	}
	for _, pool := range p.Pools {
		v.Pools = append(v.Pools, PoolView(pool))
	}
	for _, item := range p.Cost.Items() {
		view := ItemView{
			Component: item.Component, Site: item.Site, Name: item.Name, Quantity: item.Quantity,
			Unit: item.Price.Unit, Price: item.Price.Amount, Source: item.Price.Source, Verified: item.Price.Verified,
		}
		if amount, known := item.Amount(); known {
			view.Amount = decimal.NewNullDecimal(amount.Round(2))
		} else {
			v.Unpriced = append(v.Unpriced, item.Name)
		}
		v.Items = append(v.Items, view)
	}
	for _, f := range p.Verdict.Findings {
		v.Findings = append(v.Findings, FindingView(f))
	}
	return v
}

// JSON writes a value as indented JSON.
func JSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
