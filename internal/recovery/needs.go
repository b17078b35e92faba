package recovery

import (
	"encoding/json"
	"fmt"
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

// unordered lists, in the program's order, the resources that the state has without anything
// they depend on, although the program says what that is. "pulumi import" leaves them so, and
// a destruction would delete the certificate before the load balancer that uses it, which
// the cloud refuses every time.
func unordered(preview *engine.Preview) (all []Needs) {
	for _, step := range preview.Steps {
		if step.Old == nil || step.New == nil || !step.Old.Custom || len(step.Old.Dependencies) > 0 || len(step.New.Dependencies) == 0 {
			continue
		}
		all = append(all, Needs{step.URN, step.New.Dependencies, step.New.PropertyDependencies})
	}
	return all
}

// listed is the part of a resource of the state that says what it needs. The rest stays as
// it is.
type listed struct {
	URN                  resource.URN                            `json:"urn"`
	Parent               resource.URN                            `json:"parent"`
	DeletedWith          resource.URN                            `json:"deletedWith"`
	Dependencies         []resource.URN                          `json:"dependencies"`
	PropertyDependencies map[resource.PropertyKey][]resource.URN `json:"propertyDependencies"`
	all                  map[string]json.RawMessage
}

// order gives the resources of a state their needs, and puts them behind what they need:
// the engine refuses a state in which something comes before what it depends on. Needs that
// the state does not have are left out.
func order(resources []json.RawMessage, needs []Needs) ([]json.RawMessage, error) {
	list := make([]listed, len(resources))
	for i, text := range resources {
		if err := json.Unmarshal(text, &list[i]); err != nil {
			return nil, fmt.Errorf("reading a resource of the state: %w", err)
		}
		if err := json.Unmarshal(text, &list[i].all); err != nil {
			return nil, fmt.Errorf("reading a resource of the state: %w", err)
		}
	}
	for _, n := range needs {
		at := slices.IndexFunc(list, func(l listed) bool { return l.URN == n.URN })
		if at < 0 {
			continue
		}
		one := list[at]
		// What something else needs stays where it is, and gets the needs that it is behind.
		if !slices.ContainsFunc(list, func(l listed) bool { return l.needs(n.URN) }) {
			list = append(slices.Delete(list, at, at+1), one)
			at = len(list) - 1
		}
		before := map[resource.URN]bool{}
		for _, l := range list[:at] {
			before[l.URN] = true
		}
		if err := list[at].set(n, before); err != nil {
			return nil, err
		}
	}
	ordered := make([]json.RawMessage, len(list))
	for i, l := range list {
		text, err := json.Marshal(l.all)
		if err != nil {
			return nil, fmt.Errorf("writing a resource of the state: %w", err)
		}
		ordered[i] = text
	}
	return ordered, nil
}

// needs reports whether a resource comes after another one.
func (l *listed) needs(urn resource.URN) bool {
	return l.Parent == urn || l.DeletedWith == urn || slices.Contains(l.Dependencies, urn) ||
		slices.ContainsFunc(slices.Collect(maps.Values(l.PropertyDependencies)), func(urns []resource.URN) bool { return slices.Contains(urns, urn) })
}

// set gives a resource those of its needs that are before it.
func (l *listed) set(n Needs, before map[resource.URN]bool) error {
	absent := func(urn resource.URN) bool { return !before[urn] }
	l.Dependencies = slices.DeleteFunc(slices.Clone(n.Dependencies), absent)
	l.PropertyDependencies = map[resource.PropertyKey][]resource.URN{}
	for property, urns := range n.PropertyDependencies {
		l.PropertyDependencies[property] = slices.DeleteFunc(slices.Clone(urns), absent)
	}
	var err error
	if l.all["dependencies"], err = json.Marshal(l.Dependencies); err != nil {
		return err
	}
	l.all["propertyDependencies"], err = json.Marshal(l.PropertyDependencies)
	return err
}
