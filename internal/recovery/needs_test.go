package recovery

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/engine"
)

func TestLacking(t *testing.T) {
	type urns = []resource.URN
	custom := func(dependencies ...resource.URN) *engine.Resource {
		return &engine.Resource{Custom: true, Dependencies: dependencies}
	}
	rules := func(r *engine.Resource, urns ...resource.URN) *engine.Resource {
		r.PropertyDependencies = map[resource.PropertyKey][]resource.URN{"rules": urns}
		return r
	}
	got := lacking(&engine.Preview{Steps: []engine.Step{
		{URN: "zone", Old: custom(), New: custom()},
		{URN: "imported", Old: custom(), New: custom("zone")},
		{URN: "component", Old: &engine.Resource{}, New: &engine.Resource{Dependencies: urns{"zone"}}},
		{URN: "some", Old: custom("imported"), New: custom("imported", "zone")},
		{URN: "property", Old: custom("zone"), New: rules(custom("zone"), "zone")},
		{URN: "has", Old: rules(custom("zone"), "zone"), New: rules(custom("zone"), "zone")},
		{URN: "more", Old: custom("zone", "imported"), New: custom("zone")},
		{URN: "free", Old: custom(), New: custom()},
		{URN: "wants what is not there", Old: custom(), New: custom("new", "replaced")},
		{URN: "new", New: custom("zone")},
		{URN: "replaced", New: custom("zone")},
		{URN: "replaced", Old: &engine.Resource{Custom: true, Delete: true}},
		{URN: "old", Old: custom("zone")},
	}})
	require.Equal(t, []Needs{
		{URN: "imported", Dependencies: urns{"zone"}},
		{URN: "component", Dependencies: urns{"zone"}},
		{URN: "some", Dependencies: urns{"imported", "zone"}},
		{URN: "property", Dependencies: urns{"zone"}, PropertyDependencies: map[resource.PropertyKey][]resource.URN{"rules": {"zone"}}},
	}, got)
}
