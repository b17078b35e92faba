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
	usage := p.Usage(s.Name)
	p.billTransfer(&b, usage)
	p.billStorage(&b, usage)
	p.billPeering(&b)
	// Every load balancer is looked at from outside.
	b.Items = append(b.Items, p.CatalogueUsed().UptimeItem(p.publicLoadBalancers()))
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

func (p *Plan) billTransfer(b *Bill, u Usage) {
	b.Items = append(b.Items, p.CatalogueUsed().TransferItem(u.Egress, b.AllowanceGiB))
}

// billStorage prices what lies in Spaces: backups, and recordings if any are made.
func (p *Plan) billStorage(b *Bill, u Usage) {
	catalogue := p.CatalogueUsed()
	if p.Total(RoleRecorder) > 0 {
		b.Items = append(b.Items, catalogue.RecordingsItem(u.Recordings))
	}
	b.Items = append(b.Items, catalogue.BackupsItem(u.Backups), catalogue.SpacesItem())
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
		item.Name = fmt.Sprintf("%s to record %s at once", choice.Size.Slug, Meetings(needed))
		item.Quantity, item.Price = whole(choice.Count), choice.Size.Monthly
	}
	return []Item{item, p.CatalogueUsed().RecordingsItem(p.recordingsGiB(p.scenario(ScenarioExpected)))}
}

// publicLoadBalancers counts those that the world reaches, each with its uptime check.
func (p *Plan) publicLoadBalancers() int {
	public := 0
	for _, lb := range p.Daemons.LoadBalancers {
		if lb.Edge != EdgeData {
			public++
		}
	}
	return public
}
