package policyinput_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/policyinput"
	"github.com/gomeet/infra/policies"
)

// Whatever the engine can say of a value, policies see it, or that it is not known.
func TestProperties(t *testing.T) {
	text := resource.NewProperty("text")
	output := func(known, secret bool) resource.PropertyValue {
		return resource.NewProperty(resource.Output{Element: text, Known: known, Secret: secret})
	}
	for name, c := range map[string]struct {
		value resource.PropertyValue
		want  any
	}{
		"text":                      {text, "text"},
		"number":                    {resource.NewProperty(2.5), 2.5},
		"boolean":                   {resource.NewProperty(true), true},
		"nothing":                   {resource.NewNullProperty(), nil},
		"list":                      {resource.NewProperty([]resource.PropertyValue{text}), []any{"text"}},
		"object":                    {resource.NewProperty(resource.PropertyMap{"a": text}), map[string]any{"a": "text"}},
		"unknown":                   {resource.MakeComputed(text), policies.Unknown},
		"secret":                    {resource.MakeSecret(text), policies.Secret{Value: "text"}},
		"secret and unknown":        {resource.MakeSecret(resource.MakeComputed(text)), policies.Secret{Value: policies.Unknown}},
		"output":                    {output(true, false), "text"},
		"unknown output":            {output(false, false), policies.Unknown},
		"secret output":             {output(true, true), policies.Secret{Value: "text"}},
		"secret and unknown output": {output(false, true), policies.Secret{Value: policies.Unknown}},
		"resource":                  {resource.MakeCustomResourceReference("urn:vpc", "vpc-id", ""), "vpc-id"},
		"resource to be made":       {resource.MakeCustomResourceReference("urn:vpc", "", ""), policies.Unknown},
	} {
		got := policyinput.Properties(resource.PropertyMap{"it": c.value})
		require.Equal(t, map[string]any{"it": c.want}, got, name)
	}
}

// Only what a provider makes, and keeps, is judged.
func TestEngine(t *testing.T) {
	all := policyinput.Engine([]*engine.Resource{
		{URN: "urn:component", Type: "gomeet:network:Network"},
		{URN: "urn:read", Type: "a", Custom: true, External: true},
		{URN: "urn:replaced", Type: "a", Custom: true, Delete: true},
		{
			URN: "urn:kept", Type: "a", Name: "kept", Custom: true, Protect: true, IgnoreChanges: []string{"nodeCount"},
			Provider:             "urn:pulumi:dev::gomeet::pulumi:providers:kubernetes::singapore::id",
			PropertyDependencies: map[resource.PropertyKey][]resource.URN{"vpcUuid": {"urn:vpc"}},
			Inputs:               resource.PropertyMap{"size": resource.NewProperty("c-2")},
			Outputs:              resource.PropertyMap{"price": resource.NewProperty(42.0)},
		},
	})
	require.Equal(t, []policies.Resource{{
		URN: "urn:kept", Type: "a", Name: "kept", Protect: true, IgnoreChanges: []string{"nodeCount"},
		Provider:  "urn:pulumi:dev::gomeet::pulumi:providers:kubernetes::singapore",
		DependsOn: map[string][]string{"vpcUuid": {"urn:vpc"}}, Properties: map[string]any{"size": "c-2"},
	}}, all)
}
