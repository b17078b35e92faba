package sizing

import (
	"errors"
	"fmt"
)

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
	if _, ok := choices[RoleRecorder]; !ok && p.Fixed[RoleRecorder].Count > 0 {
		// Nothing is recorded, and the stack has recorders all the same.
		size, err := p.fixedOrDesignSize(RoleRecorder)
		if err != nil {
			problems = append(problems, err)
		}
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
	if fixed.Size != "" && (fixed.Count > 0 || r.Need == 0) {
		// Size and count are given, or the count is a quorum whatever the size: the
		// verdict says what they carry.
		return Choice{Size: candidates[0], Count: max(fixed.Count, r.MinNodes)}, nil
	}
	field, value := "fixed."+string(role)+".size", fixed.Size
	if fixed.Size == "" {
		field, value = "target", p.Target.String()
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
		count, ok := counts[role]
		if !ok && p.Fixed[role].Count == 0 {
			continue
		}
		size, err := p.fixedOrDesignSize(role)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		choices[role] = Choice{Size: size, Count: count}
	}
	return choices, errors.Join(problems...)
}

// fixedOrDesignSize returns the stack's size of a role, or the design's if every site
// sells it.
func (p *Plan) fixedOrDesignSize(role Role) (Size, error) {
	slug := p.Fixed[role].Size
	if slug == "" {
		slug = designSizes[role]
	}
	size, known := p.CatalogueUsed().Size(slug)
	for _, site := range p.Sites {
		known = known && size.In(site.Region) != NotSold
	}
	if !known {
		return Size{}, &FieldError{
			Field: "fixed." + string(role) + ".size", Value: slug,
			Allowed: "another size: the design's is not sold at every site",
		}
	}
	return size, nil
}
