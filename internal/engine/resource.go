package engine

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Resource is a resource as the engine knows it.
type Resource struct {
	// URN is the engine's name of the resource, unique in its stack.
	URN resource.URN
	// Type is the type token, such as "digitalocean:index/vpc:Vpc", and Name the
	// logical name.
	Type, Name string
	// ID is the provider's name of the resource, "" before it exists.
	ID string
	// Parent is the URN of the component it belongs to.
	Parent resource.URN
	// Provider is the URN and ID of its provider, joined by "::".
	Provider string
	// Custom is true for what a provider manages and false for components.
	Custom bool
	// Protect says that the engine refuses to delete it, External that it is only read.
	Protect, External bool
	// Delete says that the resource has a replacement and is still to be deleted.
	Delete bool
	// Dependencies are the URNs of what it depends on.
	Dependencies []resource.URN
	// PropertyDependencies are the URNs of what the values of properties come from.
	PropertyDependencies map[resource.PropertyKey][]resource.URN
	// IgnoreChanges are the paths of properties whose changes the engine passes over.
	IgnoreChanges []string
	// Inputs are what the program asks for, Outputs what the provider answered.
	Inputs, Outputs resource.PropertyMap
}

func newResource(state *apitype.ResourceV3) *Resource {
	if state == nil {
		return nil
	}
	return &Resource{
		URN: state.URN, Type: string(state.Type), Name: nameOf(state.URN), ID: string(state.ID),
		Parent: state.Parent, Provider: state.Provider, Custom: state.Custom,
		Protect: state.Protect, External: state.External, Delete: state.Delete,
		Dependencies: state.Dependencies, PropertyDependencies: state.PropertyDependencies, IgnoreChanges: state.IgnoreChanges,
		Inputs: properties(state.Inputs), Outputs: properties(state.Outputs),
	}
}

// nameOf is the logical name in a URN, or the text itself when it is none.
func nameOf(urn resource.URN) string {
	parts := strings.SplitN(string(urn), "::", 4)
	return parts[len(parts)-1]
}

// ProviderName returns the logical name of the resource's provider, "" without one.
func (r *Resource) ProviderName() string {
	urn, _, found := cutLast(r.Provider, "::")
	if !found {
		return ""
	}
	return nameOf(resource.URN(urn))
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}
