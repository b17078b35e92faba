package cost

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// Usage is what a stack uses in each scenario.
type Usage map[sizing.ScenarioName]sizing.Usage

// PlanUsage returns the usage that a plan expects.
func PlanUsage(p *sizing.Plan) Usage {
	u := Usage{}
	for _, s := range Scenarios {
		u[s] = p.Usage(s)
	}
	return u
}

// Snapshot is what a set of resources costs.
type Snapshot struct {
	// Lines are ordered by component, then site, then resource.
	Lines []Line
}

// New prices resources. Without a usage nothing is known of what depends on it, and an
// autoscaled pool without a planned count is expected to have the one that its resource says.
func New(resources []*engine.Resource, usage Usage, counts Counts, catalogue *sizing.Catalogue) *Snapshot {
	p := &pricer{catalogue: catalogue, counts: counts, places: newPlaces(resources)}
	for _, r := range resources {
		p.price(r)
	}
	p.shared(usage)
	slices.SortStableFunc(p.lines, func(a, b Line) int {
		if n := rank(a.Component) - rank(b.Component); n != 0 {
			return n
		}
		return strings.Compare(a.Component+"\x00"+a.Site+"\x00"+a.Resource+"\x00"+a.Part, b.Component+"\x00"+b.Site+"\x00"+b.Resource+"\x00"+b.Part)
	})
	return &Snapshot{Lines: p.lines}
}

// order is the order of sizing's bills; other components follow by name.
var order = func() []string {
	var all []string
	for _, role := range sizing.Roles {
		all = append(all, string(role))
	}
	return append(all, sizing.ComponentLoadBalancer, sizing.ComponentControlPlane, sizing.ComponentTransfer,
		sizing.ComponentRecordings, sizing.ComponentBackups, sizing.ComponentSpaces, sizing.ComponentNetwork, sizing.ComponentUptime)
}()

func rank(component string) int {
	if at := slices.Index(order, component); at >= 0 {
		return at
	}
	return len(order)
}

// pricer collects lines, and counts what is billed for the account as a whole.
type pricer struct {
	catalogue *sizing.Catalogue
	counts    Counts
	places    places
	lines     []Line

	// allowance is the GiB of transfer that Droplets include per month.
	allowance Amounts
	// nodes, buckets and checks count Droplets, Spaces buckets and uptime checks.
	nodes, buckets, checks int
}

func (p *pricer) price(r *engine.Resource) {
	if !r.Custom || r.External {
		return // components cost nothing, and what is only read is somebody else's
	}
	if rule, ok := rules[r.Type]; ok {
		rule(p, r)
		return
	}
	if !free(r.Type) {
		p.add(r, Line{Component: "other", What: kind(r.Type), Why: "no price is known for this kind of resource"})
	}
}

// add completes a line with where it belongs.
func (p *pricer) add(r *engine.Resource, l Line) {
	l.URN, l.Type, l.Resource, l.Site = string(r.URN), r.Type, r.Name, p.places.site(r)
	if l.Why == "" && !l.Price.Known() {
		l.Why = "no price is known"
	}
	p.lines = append(p.lines, l)
}

// shared adds what the account is billed for as a whole.
func (p *pricer) shared(usage Usage) {
	item := func(make func(sizing.Usage, sizing.ScenarioName) sizing.Item) {
		l, quantities := Line{}, [3]decimal.Decimal{}
		for i, s := range Scenarios {
			it := make(usage[s], s)
			l.Component, l.What, l.Price, quantities[i] = it.Component, it.Name, it.Price, it.Quantity
		}
		l.Quantity = Amounts{quantities[0], quantities[1], quantities[2]}
		if !l.Price.Known() {
			l.Why = "no price is known"
		}
		p.lines = append(p.lines, l)
	}
	if p.nodes > 0 && usage != nil {
		item(func(u sizing.Usage, s sizing.ScenarioName) sizing.Item {
			return p.catalogue.TransferItem(u.Egress, p.allowance.In(s))
		})
	}
	if p.buckets > 0 {
		item(func(sizing.Usage, sizing.ScenarioName) sizing.Item { return p.catalogue.SpacesItem() })
		if usage != nil {
			item(func(u sizing.Usage, _ sizing.ScenarioName) sizing.Item { return p.catalogue.BackupsItem(u.Backups) })
			if usage[sizing.ScenarioPeak].Recordings.IsPositive() {
				item(func(u sizing.Usage, _ sizing.ScenarioName) sizing.Item {
					return p.catalogue.RecordingsItem(u.Recordings)
				})
			}
		}
	}
	if p.checks > 0 {
		item(func(sizing.Usage, sizing.ScenarioName) sizing.Item { return p.catalogue.UptimeItem(p.checks) })
	}
}

// Total returns the sum of the lines with a price.
func (s *Snapshot) Total() Amounts { return s.Sum(func(Line) bool { return true }) }

// Sum returns the sum of those lines with a price that take accepts.
func (s *Snapshot) Sum(take func(Line) bool) Amounts {
	var total Amounts
	for _, l := range s.Lines {
		if amount, known := l.Cost(); known && take(l) {
			total = total.Add(amount)
		}
	}
	return total
}

// Unpriced returns the lines without a price.
func (s *Snapshot) Unpriced() []Line {
	var lines []Line
	for _, l := range s.Lines {
		if !l.Price.Known() {
			lines = append(lines, l)
		}
	}
	return lines
}
