package sizing

import (
	"fmt"
	"sort"

	"github.com/shopspring/decimal"
)

// Saving is an option that lowers the expected bill. It is not part of any total.
type Saving struct {
	Name string
	// Monthly is US dollars per month saved; not valid when the rate is not known.
	Monthly decimal.NullDecimal
	// Reason says how it comes about and what it takes.
	Reason string
}

// CappedHours is the hours of a month that a node pool is billed for at most, those
// with the highest usage (docs.digitalocean.com/products/kubernetes/details/pricing).
const CappedHours = 28 * 24

func (p *Plan) savings(expected Bill) []Saving {
	savings := []Saving{p.committedUse(expected)}
	for _, role := range Roles {
		if pools := p.autoscaled(role); len(pools) > 0 {
			savings = append(savings, p.offPeak(role, pools))
		}
	}
	return savings
}

func (p *Plan) committedUse(b Bill) Saving {
	s := Saving{Name: "committed use"}
	if p.Options.CommittedUsePercent == 0 {
		s.Reason = "DigitalOcean publishes no rate for commitments, and the design's 30 % and its spot instances are not offered in any document found; ask sales and give the rate to gomeet plan as --committed-use"
		return s
	}
	droplets := decimal.Zero
	for _, item := range b.Items {
		if _, ok := p.CatalogueUsed().Size(item.Name); ok {
			amount, _ := item.Amount()
			droplets = droplets.Add(amount)
		}
	}
	s.Monthly = decimal.NewNullDecimal(droplets.Mul(whole(p.Options.CommittedUsePercent)).Div(whole(100)).Round(2))
	s.Reason = fmt.Sprintf("%d %% on %s of Droplets, as negotiated", p.Options.CommittedUsePercent, "$"+droplets.StringFixed(2))
	return s
}

// autoscaled returns a role's pools as they are when it scales; none when it never does.
func (p *Plan) autoscaled(role Role) []Pool {
	total := p.Total(role)
	low, high := limits(role, total, p.Fixed[role])
	if total == 0 || high == 0 {
		return nil
	}
	return p.place(role, p.Size(role), total, low, high)
}

// offPeak is what a pool saves that follows the day profile: in every hour it has the
// nodes that this and the next hour need, and never less than the minimum of its sites. A
// node pool is billed for the 672 hours of a month with the highest usage.
func (p *Plan) offPeak(role Role, pools []Pool) Saving {
	s := Saving{Name: "off-peak autoscaling of " + string(role)}
	total, least := p.Total(role), 0
	for _, pool := range pools {
		least += pool.Min
	}
	size, ok := p.CatalogueUsed().Size(p.Size(role))
	if !ok || !size.Monthly.Known() {
		s.Reason = "the plan has no such pool with a price"
		return s
	}
	days := p.Target.DaysPerMonth
	hours := make([]int, 0, len(p.Target.DayProfile)*days)
	for hour := range p.Target.DayProfile {
		next := p.Target.DayProfile[(hour+1)%len(p.Target.DayProfile)]
		busy := max(p.Target.DayProfile[hour], next)
		nodes := min(max(ceilDiv(total*busy, 100), least), total)
		for range days {
			hours = append(hours, nodes)
		}
	}
	sort.Sort(sort.Reverse(sort.IntSlice(hours)))
	billed := 0
	for _, nodes := range hours[:min(len(hours), CappedHours)] {
		billed += nodes
	}
	full := size.Monthly.Amount.Decimal.Mul(whole(total))
	scaled := size.Monthly.Amount.Decimal.Mul(whole(billed)).Div(whole(min(len(hours), CappedHours)))
	s.Monthly = decimal.NewNullDecimal(full.Sub(scaled).Round(2))
	s.Reason = fmt.Sprintf("%s instead of %s: nodes follow the day profile one hour ahead, which takes a schedule of yours, at least %d; the 672 busiest hours are billed",
		"$"+scaled.StringFixed(2), "$"+full.StringFixed(2), least)
	return s
}
