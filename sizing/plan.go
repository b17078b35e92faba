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
	p.Demand.PGConnections = p.Daemons.PgBouncer.Instances * p.Daemons.PgBouncer.MaxDBConnections
	p.Verdict = p.verdict()
	p.Cost = p.cost()
	return p, nil
}

// Compare plans an input with both models.
func Compare(in Input) (design, capacity *Plan, err error) {
	in.Model = ModelDesign
	design, errDesign := NewPlan(in)
	in.Model = ModelCapacity
	capacity, errCapacity := NewPlan(in)
	if err := errors.Join(errDesign, errCapacity); err != nil {
		return nil, nil, err
	}
	return design, capacity, nil
}

// checkRoomFits rejects a meeting that no node of any size can hold: a room cannot
// span nodes.
func (in Input) checkRoomFits() error {
	largest, at := 0, ""
	for _, size := range in.sizesEverywhere() {
		c := in.Target.SFUCapacity(size, in.Options)
		if size.Dedicated() && c.LargestRoom > largest {
			largest, at = c.LargestRoom, size.Slug
		}
	}
	if in.Target.ParticipantsPerMeeting <= largest {
		return nil
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

// choices returns the size and total count of each role by the model, with fixed
// sizes taken as they are.
func (p *Plan) choices() (map[Role]Choice, error) {
	if p.Model == ModelDesign {
		return p.designChoices()
	}
	var problems []error
	choices := map[Role]Choice{}
	sizes := p.sizesEverywhere()
	for role, requirement := range p.requirements(p.Demand) {
		candidates := sizes
		if slug := p.Fixed[role].Size; slug != "" {
			size, _ := p.CatalogueUsed().Size(slug)
			candidates = []Size{size}
		}
		choice, err := p.choose(role, candidates, requirement)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		choices[role] = choice
	}
	if slug := p.Fixed[RoleRecorder].Size; slug != "" && choices[RoleRecorder].Count == 0 {
		size, _ := p.CatalogueUsed().Size(slug)
		choices[RoleRecorder] = Choice{Size: size}
	}
	return choices, errors.Join(problems...)
}

func (p *Plan) choose(role Role, candidates []Size, r Requirement) (Choice, error) {
	choice, err := Cheapest(candidates, r)
	if err == nil {
		return choice, nil
	}
	fixed := p.Fixed[role]
	if fixed.Size != "" && fixed.Count > 0 {
		// Both are given: the verdict says what they carry.
		return Choice{Size: candidates[0], Count: fixed.Count}, nil
	}
	field, value := "fixed."+string(role)+".size", fixed.Size
	if fixed.Size == "" {
		field, value = "target", fmt.Sprintf("%d meetings of %d", p.Target.Meetings, p.Target.ParticipantsPerMeeting)
	}
	return Choice{}, &FieldError{
		Field: field, Value: value,
		Allowed: fmt.Sprintf("something at most %d nodes of role %s can carry: %v", maxNodes, role, err),
	}
}

func (p *Plan) designChoices() (map[Role]Choice, error) {
	var problems []error
	choices := map[Role]Choice{}
	counts := DesignCounts(p.Target, len(p.Sites))
	for _, role := range Roles {
		slug := p.Fixed[role].Size
		if slug == "" {
			slug = designSizes[role]
		}
		count, ok := counts[role]
		if !ok && p.Fixed[role].Count == 0 {
			continue
		}
		size, known := p.CatalogueUsed().Size(slug)
		for _, site := range p.Sites {
			if known && size.In(site.Region) == NotSold {
				known = false
			}
		}
		if !known {
			problems = append(problems, &FieldError{
				Field: "fixed." + string(role) + ".size", Value: slug,
				Allowed: "another size: the design's is not sold at every site",
			})
			continue
		}
		choices[role] = Choice{Size: size, Count: count}
	}
	return choices, errors.Join(problems...)
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
				Field: "target", Value: fmt.Sprintf("%d meetings of %d", p.Target.Meetings, p.Target.ParticipantsPerMeeting),
				Allowed: fmt.Sprintf("something that %d nodes at site %q can carry (it takes %d); add sites or lower the target", maxNodes, site.Name, nodes),
			})
		}
	}
	return errors.Join(problems...)
}
