package policyinput

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/policies"
)

// Engine turns the resources of a preview or a state into what policies judge: what a
// provider makes, as the program asks for it. Components, what is only read, and what is
// about to be deleted are left out.
func Engine(all []*engine.Resource) []policies.Resource {
	var made []policies.Resource
	for _, r := range all {
		if !r.Custom || r.External || r.Delete {
			continue
		}
		made = append(made, policies.Resource{
			URN: string(r.URN), Type: r.Type, Name: r.Name, Provider: ProviderURN(r.Provider),
			Protect: r.Protect, IgnoreChanges: r.IgnoreChanges, DependsOn: dependencies(r.PropertyDependencies),
			Properties: Properties(r.Inputs),
		})
	}
	return made
}

func dependencies(all map[resource.PropertyKey][]resource.URN) map[string][]string {
	texts := make(map[string][]string, len(all))
	for key, urns := range all {
		for _, urn := range urns {
			texts[string(key)] = append(texts[string(key)], string(urn))
		}
	}
	return texts
}
