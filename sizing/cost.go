package sizing

import (
	"github.com/shopspring/decimal"
)

// Item is one line of the bill: quantity times unit price.
type Item struct {
	// Component is what the line belongs to: a role, or an infrastructure part such
	// as ComponentTransfer.
	Component string
	// Site is the site's name, or "" for what the account is billed for as a whole.
	Site string
	// Name says what is bought.
	Name string
	// Quantity is in units of Price.Unit.
	Quantity decimal.Decimal
	// Price is the unit price with its source; it may be unknown.
	Price Price
}

// Components that are not roles.
const (
	ComponentLoadBalancer = "load-balancer"
	ComponentControlPlane = "control-plane"
	ComponentTransfer     = "transfer"
	ComponentRecordings   = "recordings"
	ComponentBackups      = "backups"
	ComponentNetwork      = "network"
	ComponentUptime       = "uptime"
	ComponentSpaces       = "spaces"
)

// Amount returns quantity times price and whether the price is known.
func (i Item) Amount() (decimal.Decimal, bool) { return i.Price.Times(i.Quantity) }

// Bill is the lines of one scenario.
type Bill struct {
	Scenario Scenario
	// Items are ordered by component, then site.
	Items []Item
	// AllowanceGiB is the pooled outbound transfer that the Droplets include, and
	// AllowanceUnknown the number of Droplets whose allowance is not known and
	// counted as none, so that the bill is never too low.
	AllowanceGiB     decimal.Decimal
	AllowanceUnknown int
}

// Total returns the sum of all lines with a price, in US dollars to the cent.
func (b Bill) Total() decimal.Decimal {
	return b.sum(func(Item) bool { return true })
}

// Component returns the subtotal of a component.
func (b Bill) Component(component string) decimal.Decimal {
	return b.sum(func(i Item) bool { return i.Component == component })
}

// Site returns the subtotal of a site; "" is what belongs to no site.
func (b Bill) Site(site string) decimal.Decimal {
	return b.sum(func(i Item) bool { return i.Site == site })
}

// Components lists the components of the bill in its order.
func (b Bill) Components() []string {
	var components []string
	for _, item := range b.Items {
		if len(components) == 0 || components[len(components)-1] != item.Component {
			components = append(components, item.Component)
		}
	}
	return components
}

// Unpriced returns the lines without a price. They are not part of any sum.
func (b Bill) Unpriced() []Item {
	var items []Item
	for _, item := range b.Items {
		if !item.Price.Known() {
			items = append(items, item)
		}
	}
	return items
}

func (b Bill) sum(take func(Item) bool) decimal.Decimal {
	total := decimal.Zero
	for _, item := range b.Items {
		if amount, known := item.Amount(); known && take(item) {
			total = total.Add(amount.Round(2))
		}
	}
	return total
}

// Cost is what a plan costs per month.
type Cost struct {
	// Low, Expected and Peak are the scenarios.
	Low, Expected, Peak Bill
	// Missing are lines that the target needs and the plan does not have, such as
	// recorders; they are in no total.
	Missing []Item
	// Savings are options on the expected scenario.
	Savings []Saving
	// Comparison sets the design document's cost table against this plan.
	Comparison []ComparisonRow
}

// Monthly returns the total of the expected scenario in US dollars.
func (c Cost) Monthly() decimal.Decimal { return c.Expected.Total() }

// Items returns the lines of the expected scenario.
func (c Cost) Items() []Item { return c.Expected.Items }

func (p *Plan) cost() Cost {
	c := Cost{
		Low:      p.bill(p.scenario(ScenarioLow)),
		Expected: p.bill(p.scenario(ScenarioExpected)),
		Peak:     p.bill(p.scenario(ScenarioPeak)),
		Missing:  p.missing(),
	}
	c.Savings = p.savings(c.Expected)
	c.Comparison = p.comparison(c.Expected, c.Missing)
	return c
}
