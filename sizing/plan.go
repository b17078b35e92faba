package sizing

import (
	"errors"
	"fmt"
)

// Plan is what will be built for an input, what it carries and what it costs.
type Plan struct {
	Input
	// Demand is what the target asks for.
	Demand Demand
	// Pools lists the node pools, ordered by role (see Roles), then by site.
	Pools []Pool
	// Volumes lists the block storage.
	Volumes []Volume
	// ControlPlanes lists the DOKS control planes, one per site.
	ControlPlanes []ControlPlane
	// Daemons are the limits that the daemons are configured with.
	Daemons Daemons
	// Cost is what the plan costs per month.
	Cost Cost
	// Verdict says what the plan carries and where it ends.
	Verdict Verdict
}

// ControlPlane is one cluster's control plane.
type ControlPlane struct {
	Site             string
	HighAvailability bool
}

// NewPlan plans an input. The error joins every problem, each a *FieldError naming
// the field, the bad value and what is allowed; no plan comes with an error.
func NewPlan(in Input) (*Plan, error) {
	if err := in.Validate(); err != nil {
		return nil, err
	}
	in.Model = in.model()
	if err := in.checkRoomFits(); err != nil {
		return nil, err
	}
	p := &Plan{Input: in, Demand: in.Target.Demand()}
	if err := p.makePools(); err != nil {
		return nil, err
	}
	for _, site := range in.Sites {
		p.ControlPlanes = append(p.ControlPlanes, ControlPlane{site.Name, in.Options.HighAvailability})
	}
	p.Volumes = p.volumes()
	p.Daemons = p.daemons()
	if err := p.checkLoadBalancers(); err != nil {
		return nil, err
	}
	p.Demand.PGConnections = p.Daemons.PgBouncer.Instances * p.Daemons.PgBouncer.MaxDBConnections
	p.Verdict = p.verdict()
	p.Cost = p.cost()
	return p, nil
}

// checkLoadBalancers rejects a target whose connections no load balancer of a site holds.
func (p *Plan) checkLoadBalancers() error {
	var problems []error
	for _, lb := range p.Daemons.LoadBalancers {
		if lb.SizeUnit > LoadBalancerMaxNodes {
			problems = append(problems, &FieldError{
				Field: "target.meetings", Value: fmt.Sprint(p.Target.Meetings),
				Allowed: fmt.Sprintf("fewer, or over more sites: the load balancer %s of site %s would take %d nodes, and has at most %d",
					lb.Edge, lb.Site, lb.SizeUnit, LoadBalancerMaxNodes),
			})
		}
	}
	return errors.Join(problems...)
}

// checkRoomFits rejects a meeting that no node of any size can hold: a room cannot
// span nodes.
func (in Input) checkRoomFits() error {
	var media []Size
	for _, size := range in.sizesEverywhere() {
		if !size.Dedicated() {
			continue
		}
		if in.Target.sfuNode(size, in.Options).Rooms > 0 {
			return nil
		}
		media = append(media, size)
	}
	largest, at := 0, "no size with its own CPUs is sold at every site"
	for _, size := range media {
		if room := in.Target.SFUCapacity(size, in.Options).LargestRoom; room > largest {
			largest, at = room, size.Slug
		}
	}
	return &FieldError{
		Field: "target.participantsPerMeeting",
		Value: fmt.Sprint(in.Target.ParticipantsPerMeeting),
		Allowed: fmt.Sprintf("at most %d: a meeting lives on one node, and that is what the largest (%s) holds of this kind of meeting",
			largest, at),
	}
}

// sizesEverywhere returns the sizes that all sites sell or may sell, by price.
func (in Input) sizesEverywhere() []Size {
	var sizes []Size
	for _, size := range in.CatalogueUsed().Sizes {
		sold := true
		for _, site := range in.Sites {
			sold = sold && size.In(site.Region) != NotSold
		}
		if sold {
			sizes = append(sizes, size)
		}
	}
	return sizes
}

func (p *Plan) makePools() error {
	choices, err := p.choices()
	if err != nil {
		return err
	}
	for _, role := range Roles {
		choice, ok := choices[role]
		fixed := p.Fixed[role]
		if !ok && fixed.Count == 0 {
			continue
		}
		if fixed.Count > 0 {
			choice.Count = fixed.Count
		}
		low, high := 0, 0
		if p.Options.Autoscale {
			low, high = limits(role, choice.Count, fixed)
		}
		p.Pools = append(p.Pools, p.place(role, choice.Size.Slug, choice.Count, low, high)...)
	}
	return p.checkNodes()
}

// limits returns the autoscaling limits of a role: the design's, or the fixed ones.
// Only media and API are autoscaled: everything else holds data or a quorum.
func limits(role Role, count int, fixed FixedPool) (low, high int) {
	low, high = designLimits(role, count)
	if high == 0 {
		return 0, 0
	}
	if fixed.Min > 0 {
		low = fixed.Min
	}
	if fixed.Max > 0 {
		high = fixed.Max
	}
	return min(low, count), max(high, count)
}

// checkNodes rejects plans whose sites would have more nodes than a VPC holds.
func (p *Plan) checkNodes() error {
	var problems []error
	for _, site := range p.Sites {
		nodes := 0
		for _, pool := range p.PoolsAt(site.Name) {
			nodes += max(pool.Count, pool.Max)
		}
		if nodes > maxNodes {
			problems = append(problems, &FieldError{
				Field: "target", Value: p.Target.String(),
				Allowed: fmt.Sprintf("something that %d nodes at site %q can carry (it takes %d); add sites or lower the target", maxNodes, site.Name, nodes),
			})
		}
	}
	return errors.Join(problems...)
}
