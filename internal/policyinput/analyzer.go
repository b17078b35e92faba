package policyinput

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/gomeet/infra/policies"
)

// analyzed is what the engine's two messages about a resource share.
type analyzed interface {
	GetUrn() string
	GetType() string
	GetName() string
	GetProperties() *structpb.Struct
	GetOptions() *pulumirpc.AnalyzerResourceOptions
	GetProvider() *pulumirpc.AnalyzerProviderResource
}

var (
	_ analyzed = (*pulumirpc.AnalyzeRequest)(nil)
	_ analyzed = (*pulumirpc.AnalyzerResource)(nil)
)

// Analyzed turns what the engine hands to a policy pack into what policies judge.
func Analyzed(r analyzed) (policies.Resource, error) {
	properties, err := plugin.UnmarshalProperties(r.GetProperties(), plugin.MarshalOptions{
		Label: "policy", KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true,
	})
	if err != nil {
		return policies.Resource{}, fmt.Errorf("reading the properties of %s: %w", r.GetUrn(), err)
	}
	return policies.Resource{
		URN: r.GetUrn(), Type: r.GetType(), Name: r.GetName(), Provider: r.GetProvider().GetUrn(),
		Protect: r.GetOptions().GetProtect(), IgnoreChanges: r.GetOptions().GetIgnoreChanges(),
		Properties: Properties(properties),
	}, nil
}

// AnalyzedStack is Analyzed for all resources of a stack, with what they depend on.
func AnalyzedStack(request *pulumirpc.AnalyzeStackRequest) ([]policies.Resource, error) {
	var all []policies.Resource
	for _, r := range request.GetResources() {
		made, err := Analyzed(r)
		if err != nil {
			return nil, err
		}
		made.DependsOn = map[string][]string{}
		for property, on := range r.GetPropertyDependencies() {
			made.DependsOn[property] = on.GetUrns()
		}
		all = append(all, made)
	}
	return all, nil
}
