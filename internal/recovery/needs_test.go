package recovery

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/engine"
)

// What was imported gets behind what it needs, also if that was imported too; what the state
// does not have is no need.
func TestOrder(t *testing.T) {
	type urns = []resource.URN
	state := []json.RawMessage{
		json.RawMessage(`{"urn":"stack"}`),
		json.RawMessage(`{"urn":"balancer","parent":"stack","inputs":{"name":"web","token":{"ciphertext":"v1:abc"}}}`),
		json.RawMessage(`{"urn":"certificate","parent":"stack"}`),
		json.RawMessage(`{"urn":"cluster","parent":"stack"}`),
		json.RawMessage(`{"urn":"pool","parent":"stack","deletedWith":"cluster"}`),
	}
	got, err := order(state, []Needs{
		{URN: "certificate", Dependencies: urns{"zone"}},
		{URN: "balancer", Dependencies: urns{"certificate"}, PropertyDependencies: map[resource.PropertyKey][]resource.URN{"rules": {"certificate"}}},
		{URN: "cluster", Dependencies: urns{"certificate", "stack"}},
		{URN: "gone", Dependencies: urns{"stack"}},
	})
	require.NoError(t, err)
	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"urn":"stack"},
		{"urn":"cluster","parent":"stack","dependencies":["stack"],"propertyDependencies":{}},
		{"urn":"pool","parent":"stack","deletedWith":"cluster"},
		{"urn":"certificate","parent":"stack","dependencies":[],"propertyDependencies":{}},
		{"urn":"balancer","parent":"stack","inputs":{"name":"web","token":{"ciphertext":"v1:abc"}},
			"dependencies":["certificate"],"propertyDependencies":{"rules":["certificate"]}}
	]`, string(text))

	_, err = order([]json.RawMessage{json.RawMessage(`[]`)}, nil)
	require.ErrorContains(t, err, "reading a resource of the state")
}

func TestUnordered(t *testing.T) {
	custom := func(dependencies ...resource.URN) *engine.Resource {
		return &engine.Resource{Custom: true, Dependencies: dependencies}
	}
	got := unordered(&engine.Preview{Steps: []engine.Step{
		{URN: "imported", Old: custom(), New: custom("zone")},
		{URN: "ours", Old: custom("network"), New: custom("network", "zone")},
		{URN: "free", Old: custom(), New: custom()},
		{URN: "new", New: custom("zone")},
		{URN: "old", Old: custom()},
		{URN: "component", Old: &engine.Resource{}, New: &engine.Resource{Dependencies: []resource.URN{"zone"}}},
	}})
	require.Equal(t, []Needs{{URN: "imported", Dependencies: []resource.URN{"zone"}}}, got)
}
