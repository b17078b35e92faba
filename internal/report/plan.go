package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/sizing"
)

// Plan returns the tables of a plan: its pools, what they carry, what they cost. real
// is the capacity model's plan for the same target; it may be the same plan.
func Plan(p, real *sizing.Plan) []Table {
	return []Table{pools(p), carries(p, real), planCost(p), findings(p)}
}

// Money writes US dollars with thousands separators.
func Money(amount decimal.Decimal) string {
	rounded := amount.Abs().Round(2)
	cents := rounded.StringFixed(2)
	text := "$" + humanize.Comma(rounded.IntPart()) + cents[len(cents)-len(".00"):]
	if amount.IsNegative() {
		return "-" + text
	}
	return text
}

// Count writes a number of meetings or participants.
func Count(n int) string {
	if n == sizing.Unbounded {
		return "any"
	}
	return strconv.Itoa(n)
}

func pools(p *sizing.Plan) Table {
	t := Table{
		Title:   fmt.Sprintf("Node pools (model %q)", p.Model),
		Header:  []string{"Pool", "Site", "Size", "Nodes", "Autoscaling", "Per month"},
		Numbers: []int{3, 5}, Wrap: -1,
	}
	nodes, total := 0, decimal.Zero
	for _, pool := range p.Pools {
		limits := ""
		if pool.Max > 0 {
			limits = fmt.Sprintf("%d to %d", pool.Min, pool.Max)
		}
		price := "no price"
		size, _ := p.CatalogueUsed().Size(pool.Size)
		if amount, known := size.Monthly.Times(decimal.NewFromInt(int64(pool.Count))); known {
			price, total = Money(amount), total.Add(amount)
		}
		nodes += pool.Count
		t.Rows = append(t.Rows, []string{string(pool.Role), pool.Site, pool.Size, strconv.Itoa(pool.Count), limits, price})
	}
	t.Footer = []string{"", "", "Total", strconv.Itoa(nodes), "", Money(total)}
	return t
}

func carries(p, real *sizing.Plan) Table {
	v, target := p.Verdict, p.Target
	t := Table{
		Title:   "What it carries",
		Header:  []string{"Pool", "Nodes", "Limited by", "Demand", "Capacity", "Headroom", "Meetings", "One node more", "One node less"},
		Numbers: []int{1, 3, 4, 5, 6, 7, 8}, Wrap: -1,
	}
	for _, pool := range v.Pools {
		headroom := ""
		if pool.Demand > 0 {
			headroom = fmt.Sprintf("%+.0f %%", pool.HeadroomPercent)
		}
		t.Rows = append(t.Rows, []string{
			string(pool.Role), strconv.Itoa(pool.Nodes), string(pool.Constraint),
			demand(pool.Demand, pool.Unit), fmt.Sprintf("%.0f", pool.Capacity), headroom,
			Count(pool.Meetings), Count(pool.WithOneMore), Count(pool.WithOneLess),
		})
	}
	t.Remarks = append(t.Remarks, fmt.Sprintf(
		"This plan carries %s of %d at the same time: %d participants. The target is %s: %d participants.",
		sizing.Meetings(v.Meetings), target.ParticipantsPerMeeting, v.Participants, sizing.Meetings(target.Meetings), target.Participants()))
	if !v.Sufficient {
		t.Remarks = append(t.Remarks, fmt.Sprintf("The %s pool ends first (%s).", v.FirstToSaturate, v.Binding))
		t.Remarks = append(t.Remarks, fmt.Sprintf(
			"A true %d takes %d SFU nodes (%s) and %d API nodes (%s), and costs %s a month.",
			target.Participants(), real.Total(sizing.RoleSFU), real.Size(sizing.RoleSFU),
			real.Total(sizing.RoleAPI), real.Size(sizing.RoleAPI), Money(real.Cost.Monthly())))
	}
	for _, site := range v.Sites {
		t.Remarks = append(t.Remarks, siteLoss(site))
	}
	return t
}

func planCost(p *sizing.Plan) Table {
	c := p.Cost
	t := Table{
		Title:   "Cost per month, US dollars",
		Header:  []string{"Component", "Low", "Expected", "Peak"},
		Numbers: []int{1, 2, 3}, Wrap: -1,
	}
	for _, component := range c.Expected.Components() {
		t.Rows = append(t.Rows, []string{
			component, subtotal(c.Low, component), subtotal(c.Expected, component), subtotal(c.Peak, component),
		})
	}
	t.Footer = []string{"Total", Money(c.Low.Total()), Money(c.Expected.Total()), Money(c.Peak.Total())}
	for _, site := range p.Sites {
		t.Remarks = append(t.Remarks, fmt.Sprintf("Site %s: %s expected.", site.Name, Money(c.Expected.Site(site.Name))))
	}
	for _, bill := range []sizing.Bill{c.Low, c.Expected, c.Peak} {
		t.Remarks = append(t.Remarks, fmt.Sprintf("%s: %s.", bill.Scenario.Name, bill.Scenario.Reason))
	}
	for _, saving := range c.Savings {
		if saving.Monthly.Valid && saving.Monthly.Decimal.IsPositive() {
			t.Remarks = append(t.Remarks, fmt.Sprintf("Option, in no total: %s saves %s a month; %s.",
				saving.Name, Money(saving.Monthly.Decimal), saving.Reason))
		}
	}
	for _, item := range c.Expected.Unpriced() {
		t.Remarks = append(t.Remarks, fmt.Sprintf("No price is known for %s; it is in no total.", item.Name))
	}
	for _, item := range c.Missing {
		t.Remarks = append(t.Remarks, "Not in the plan, though the target needs it: "+item.Name+missingAmount(item)+".")
	}
	return t
}

// demand is what a pool is asked for: "1 meeting", "30 GiB of data".
func demand(amount float64, unit string) string {
	number := fmt.Sprintf("%.0f", amount)
	if number == "1" && !strings.Contains(unit, " ") {
		unit = strings.TrimSuffix(unit, "s")
	}
	return number + " " + unit
}

// subtotal is a component's sum, or "no price" when nothing of it has one.
func subtotal(bill sizing.Bill, component string) string {
	for _, item := range bill.Items {
		if item.Component == component && item.Price.Known() {
			return Money(bill.Component(component))
		}
	}
	return "no price"
}

func missingAmount(item sizing.Item) string {
	amount, known := item.Amount()
	if !known {
		return " (no price)"
	}
	return " (" + Money(amount) + " a month)"
}

func findings(p *sizing.Plan) Table {
	t := Table{Title: "What to know before spending", Header: []string{"", "Pool", "Finding"}, Wrap: 2}
	for _, f := range p.Verdict.Findings {
		t.Rows = append(t.Rows, []string{string(f.Severity), string(f.Role), f.Text})
	}
	return t
}

func siteLoss(loss sizing.SiteLoss) string {
	return fmt.Sprintf("Losing site %s: %s.", loss.Site, loss.Text)
}
