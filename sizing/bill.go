package sizing

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// bill prices the plan in a scenario.
func (p *Plan) bill(s Scenario) Bill {
	b := Bill{Scenario: s, AllowanceGiB: decimal.Zero}
	for _, role := range Roles {
		p.billRole(&b, role)
	}
	for _, lb := range p.Daemons.LoadBalancers {
		b.add(ComponentLoadBalancer, lb.Site, "load balancer nodes, "+string(lb.Edge), whole(lb.SizeUnit), p.price(ProductLoadBalancerNode))
	}
	for _, cp := range p.ControlPlanes {
		b.add(ComponentControlPlane, cp.Site, "control plane", whole(1), p.price(ProductControlPlane))
		if cp.HighAvailability {
			b.add(ComponentControlPlane, cp.Site, "high availability of the control plane", whole(1), p.price(ProductControlPlaneHA))
		}
	}
	p.billTransfer(&b, s)
	p.billStorage(&b, s)
	p.billPeering(&b)
	// Every load balancer is looked at from outside.
	checks := max(len(p.Daemons.LoadBalancers)-UptimeChecksFree, 0)
	b.add(ComponentUptime, "", "uptime checks beyond the free one", whole(checks), p.price(ProductUptimeCheck))
	return b
}

func (b *Bill) add(component, site, name string, quantity decimal.Decimal, price Price) {
	b.Items = append(b.Items, Item{component, site, name, quantity, price})
}

func (p *Plan) price(product Product) Price { return p.CatalogueUsed().Price(product) }

func (p *Plan) billRole(b *Bill, role Role) {
	for _, site := range p.Sites {
		for _, pool := range p.PoolsAt(site.Name) {
			if pool.Role != role {
				continue
			}
			size, _ := p.CatalogueUsed().Size(pool.Size)
			nodes := b.Scenario.nodes(pool)
			b.add(string(role), site.Name, pool.Size, whole(nodes), size.Monthly)
			if size.TransferGiB.Valid {
				b.AllowanceGiB = b.AllowanceGiB.Add(size.TransferGiB.Decimal.Mul(whole(nodes)))
			} else {
				b.AllowanceUnknown += nodes
			}
		}
		for _, v := range p.Volumes {
			if v.Role == role && v.Site == site.Name {
				b.add(string(role), site.Name, fmt.Sprintf("volumes, %d x %d GiB", v.Count, v.GiB), whole(v.Count*v.GiB), p.price(ProductVolume))
			}
		}
	}
}

// egressGiB is the outbound transfer of the SFU nodes in a scenario.
func (p *Plan) egressGiB(s Scenario) decimal.Decimal {
	bytes := float64(p.Target.Meetings) * p.Demand.PerMeeting.BitsOut / bitsPerByte * s.HoursPerMonth * 3600 * s.GrowthFactor
	return measured(bytes / gib)
}

func (p *Plan) billTransfer(b *Bill, s Scenario) {
	over := decimal.Max(p.egressGiB(s).Sub(b.AllowanceGiB), decimal.Zero)
	b.add(ComponentTransfer, "", "outbound transfer beyond the pooled allowance", over, p.price(ProductTransfer))
}

// Backups that are kept (design document, backup strategy).
const (
	pgFullsKept    = 30
	redisDumpsKept = 24 + 30
)

// coldItem prices recordings past the object store. Storage follows the hours of the
// scenario: a low month records less.
func (p *Plan) coldItem(s Scenario) Item {
	perDay := p.Demand.RecordingTBPerDay * s.GrowthFactor
	if expected := p.Target.MeetingHoursPerDay() * float64(p.Target.DaysPerMonth); expected > 0 {
		perDay *= s.HoursPerMonth / expected
	}
	price := p.price(ProductSpacesCold)
	if !price.Known() {
		price = p.price(ProductSpacesStorage)
	}
	return Item{
		Component: ComponentRecordings, Name: "recordings older than the object store keeps", Price: price,
		Quantity: measured(perDay * float64(p.Target.RetentionDays-p.Target.HotDays) * tera / gib),
	}
}

// billStorage prices what lies in Spaces: backups, and recordings if any are made.
func (p *Plan) billStorage(b *Bill, s Scenario) {
	if p.Total(RoleRecorder) > 0 {
		b.Items = append(b.Items, p.coldItem(s))
	}
	backups := measured((pgFullsKept*p.Target.pgBytes() + redisDumpsKept*p.Demand.RedisBytes) / gib)
	over := decimal.Max(backups.Sub(whole(SpacesIncludedGiB)), decimal.Zero)
	b.add(ComponentBackups, "", "backups of PostgreSQL and Redis beyond the Spaces subscription", over, p.price(ProductSpacesStorage))
	b.add(ComponentSpaces, "", "Spaces subscription", whole(1), p.price(ProductSpaces))
}

func (p *Plan) billPeering(b *Bill) {
	if n := len(p.Sites); n > 1 {
		b.add(ComponentNetwork, "", "VPC peerings between the sites", whole(n*(n-1)/2), p.price(ProductPeering))
	}
}

// missing prices what the target needs and the plan does not have: recorders, and
// the recordings that they would make.
func (p *Plan) missing() []Item {
	needed := p.Demand.RecordedMeetings
	if needed == 0 || p.Total(RoleRecorder) > 0 {
		return nil
	}
	item := Item{Component: string(RoleRecorder), Name: "recorders", Quantity: whole(needed), Price: Price{Unit: "recording"}}
	choice, err := Cheapest(p.sizesEverywhere(), Requirement{Need: needed, Spare: recorderSpare, Units: recorderUnits})
	if err != nil {
		item.Price.Source = err.Error()
	} else {
		item.Name = fmt.Sprintf("%s to record %d meetings at once", choice.Size.Slug, needed)
		item.Quantity, item.Price = whole(choice.Count), choice.Size.Monthly
	}
	return []Item{item, p.coldItem(p.scenario(ScenarioExpected))}
}
