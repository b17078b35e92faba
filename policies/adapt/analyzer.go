package adapt

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/gomeet/infra/policies"
)

// Analyzed turns what the engine hands to a policy pack into what policies judge.
func Analyzed(r policyx.AnalyzerResource) policies.Resource {
	return policies.Resource{
		URN: r.URN, Type: r.Type, Name: r.Name, Provider: r.Provider.URN,
		Protect: r.Options.Protect, IgnoreChanges: r.Options.IgnoreChanges, DependsOn: r.PropertyDependencies,
		Properties: Properties(resource.ToResourcePropertyMap(r.Properties)),
	}
}
