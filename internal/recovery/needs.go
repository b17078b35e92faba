package recovery

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/gomeet/infra/internal/engine"
)

// Needs is what a resource comes after when things are made, and before when they are
// deleted.
type Needs struct {
	URN                  resource.URN
	Dependencies         []resource.URN
	PropertyDependencies map[resource.PropertyKey][]resource.URN
}

// lacking lists what the state has, needs according to the program, and does not say it
// needs, although the state has that, too. "pulumi import" notes no needs, and what was set
// aside for it is missing. A destruction would delete the certificate before the load
// balancer that uses it, which the cloud refuses every time.
func lacking(preview *engine.Preview) (all []Needs) {
	has := map[resource.URN]bool{}
	for _, step := range preview.Steps {
		if step.Old != nil && !step.Old.Delete {
			has[step.URN] = true
		}
	}
	for _, step := range preview.Steps {
		if step.Old == nil || step.Old.Delete || step.New == nil {
			continue
		}
		lacks := func(had []resource.URN) func(resource.URN) bool {
			return func(urn resource.URN) bool { return has[urn] && !slices.Contains(had, urn) }
		}
		some := slices.ContainsFunc(step.New.Dependencies, lacks(step.Old.Dependencies))
		for property, urns := range step.New.PropertyDependencies {
			some = some || slices.ContainsFunc(urns, lacks(step.Old.PropertyDependencies[property]))
		}
		if some {
			all = append(all, Needs{step.URN, step.New.Dependencies, step.New.PropertyDependencies})
		}
	}
	return all
}

// with gives a resource more needs, those that may is true for.
func (s *stated) with(n Needs, may func(resource.URN) bool) {
	join := func(had, more []resource.URN) []resource.URN {
		for _, urn := range more {
			if !slices.Contains(had, urn) && may(urn) {
				had = append(had, urn)
			}
		}
		return had
	}
	s.Dependencies = join(s.Dependencies, n.Dependencies)
	for property, urns := range n.PropertyDependencies {
		if joined := join(s.PropertyDependencies[property], urns); len(joined) > 0 {
			if s.PropertyDependencies == nil {
				s.PropertyDependencies = map[resource.PropertyKey][]resource.URN{}
			}
			s.PropertyDependencies[property] = joined
		}
	}
}

// without takes needs away from a resource, and reports whether it had some of them.
func (s *stated) without(urns map[resource.URN]bool) (had bool) {
	drop := func(all []resource.URN) []resource.URN {
		return slices.DeleteFunc(slices.Clone(all), func(urn resource.URN) bool {
			had = had || urns[urn]
			return urns[urn]
		})
	}
	s.Dependencies = drop(s.Dependencies)
	for property := range maps.Clone(s.PropertyDependencies) {
		s.PropertyDependencies[property] = drop(s.PropertyDependencies[property])
	}
	return had
}
