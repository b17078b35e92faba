package recovery

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// resources are those of a state that is written as JSON.
func resources(t *testing.T, text string) (all []json.RawMessage) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &all))
	return all
}

func requireResources(t *testing.T, want string, got []json.RawMessage) {
	t.Helper()
	text, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, want, string(text))
}

// What was imported, and so is last, gets before what needs it; what the state does not have
// is no need.
func TestOrder(t *testing.T) {
	type urns = []resource.URN
	got, err := order(resources(t, `[
		{"urn":"stack"},
		{"urn":"provider","id":"1","parent":"stack"},
		{"urn":"priorities","parent":"stack"},
		{"urn":"priority","parent":"priorities"},
		{"urn":"balancer","parent":"stack","provider":"provider::1","inputs":{"name":"web","token":{"ciphertext":"v1:abc"}},"dependencies":["priority"]},
		{"urn":"certificate","parent":"stack"},
		{"urn":"cluster","parent":"stack"},
		{"urn":"pool","parent":"stack","deletedWith":"cluster"},
		{"urn":"pool","id":"before","delete":true,"parent":"stack"}
	]`), []Needs{
		{URN: "certificate", Dependencies: urns{"zone"}},
		{URN: "balancer", Dependencies: urns{"certificate"}, PropertyDependencies: map[resource.PropertyKey][]resource.URN{"rules": {"certificate"}}},
		{URN: "cluster", Dependencies: urns{"certificate", "stack"}},
		{URN: "priorities", Dependencies: urns{"pool"}},
		{URN: "gone", Dependencies: urns{"stack"}},
	})
	require.NoError(t, err)
	requireResources(t, `[
		{"urn":"stack"},
		{"urn":"provider","id":"1","parent":"stack"},
		{"urn":"certificate","parent":"stack"},
		{"urn":"cluster","parent":"stack","dependencies":["certificate","stack"]},
		{"urn":"pool","parent":"stack","deletedWith":"cluster"},
		{"urn":"priorities","parent":"stack","dependencies":["pool"]},
		{"urn":"priority","parent":"priorities"},
		{"urn":"balancer","parent":"stack","provider":"provider::1","inputs":{"name":"web","token":{"ciphertext":"v1:abc"}},
			"dependencies":["priority","certificate"],"propertyDependencies":{"rules":["certificate"]}},
		{"urn":"pool","id":"before","delete":true,"parent":"stack"}
	]`, got)

	_, err = order(resources(t, `[[]]`), nil)
	require.ErrorContains(t, err, "reading a resource of the state")
}

// A program that turned a dependency round is not followed into a circle.
func TestOrderMakesNoCircle(t *testing.T) {
	state := `[{"urn":"a"},{"urn":"b","dependencies":["a"]},{"urn":"c","parent":"b"}]`
	got, err := order(resources(t, state), []Needs{{URN: "a", Dependencies: []resource.URN{"c"}}})
	require.NoError(t, err)
	requireResources(t, `[{"urn":"a"},{"urn":"b","dependencies":["a"]},{"urn":"c","parent":"b"}]`, got)
}

// What depends on a resource whose replacement was made and never noted is without it until
// the replacement has been imported.
func TestSetAside(t *testing.T) {
	got, changed, err := setAside(resources(t, `[
		{"urn":"urn:pulumi:s::p::pulumi:providers:kubernetes::k","id":"1","delete":true},
		{"urn":"urn:pulumi:s::p::do:pool::api","id":"2","delete":true,"inputs":{"size":"c-4"}},
		{"urn":"urn:pulumi:s::p::do:pool::sfu","id":"3","delete":true},
		{"urn":"urn:pulumi:s::p::do:pool::sfu","id":"4"},
		{"urn":"urn:pulumi:s::p::app::priorities","dependencies":["urn:pulumi:s::p::do:pool::api","urn:pulumi:s::p::do:pool::sfu"],
			"propertyDependencies":{"pools":["urn:pulumi:s::p::do:pool::api"]}},
		{"urn":"urn:pulumi:s::p::app::job","delete":true,"dependencies":["urn:pulumi:s::p::do:pool::api"]}
	]`))
	require.NoError(t, err)
	require.True(t, changed)
	requireResources(t, `[
		{"urn":"urn:pulumi:s::p::pulumi:providers:kubernetes::k","id":"1"},
		{"urn":"urn:pulumi:s::p::do:pool::api","id":"2","delete":true,"inputs":{"size":"c-4"}},
		{"urn":"urn:pulumi:s::p::do:pool::sfu","id":"3","delete":true},
		{"urn":"urn:pulumi:s::p::do:pool::sfu","id":"4"},
		{"urn":"urn:pulumi:s::p::app::priorities","dependencies":["urn:pulumi:s::p::do:pool::sfu"],"propertyDependencies":{"pools":[]}},
		{"urn":"urn:pulumi:s::p::app::job","delete":true,"dependencies":["urn:pulumi:s::p::do:pool::api"]}
	]`, got)

	_, changed, err = setAside(resources(t, `[{"urn":"a","delete":true},{"urn":"a"},{"urn":"b","dependencies":["a"]}]`))
	require.NoError(t, err)
	require.False(t, changed)
}
