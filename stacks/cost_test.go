package stacks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

// What the program declares costs what its plan says, to the cent, in every scenario, in
// every component and at every site: "gomeet cost" and "gomeet plan" cannot disagree.
func TestDeclaredResourcesCostWhatThePlanSays(t *testing.T) {
	for name, c := range map[string]struct {
		stack string
		set   map[string]string
	}{
		"dev":  {stack: "dev"},
		"prod": {stack: "prod"},
		"three sites with capacity": {stack: "prod", set: map[string]string{"gomeet:model": "capacity", "gomeet:sites": `[
			{"name":"singapore","region":"sgp1","vpcRange":"10.64.0.0/20","clusterSubnet":"10.96.0.0/16","serviceSubnet":"10.65.64.0/20"},
			{"name":"jakarta","region":"sgp1","vpcRange":"10.72.0.0/20","clusterSubnet":"10.97.0.0/16","serviceSubnet":"10.73.64.0/20"},
			{"name":"europe","region":"fra1","vpcRange":"10.80.0.0/20","clusterSubnet":"10.98.0.0/16","serviceSubnet":"10.81.64.0/20"}]`}},
		"dev with MinIO":      {stack: "dev", set: map[string]string{"gomeet:objectStore": "minio"}},
		"prod with MinIO":     {stack: "prod", set: map[string]string{"gomeet:objectStore": "minio"}},
		"prod autoscaled":     {stack: "prod", set: map[string]string{"gomeet:autoscale": "true"}},
		"dev with a recorder": {stack: "dev", set: map[string]string{"gomeet:recordedPercent": "100", "gomeet:pools": `{"recorder":{"size":"c-16","count":1}}`}},
	} {
		t.Run(name, func(t *testing.T) {
			r := recorder(false)
			require.NoError(t, deployWith(t, c.stack, r, c.set))
			raw := configuration(t, c.stack)
			for key, value := range c.set {
				raw[key] = value
			}
			cfg, err := stacks.Load(c.stack, raw)
			require.NoError(t, err)
			plan, err := cfg.Plan()
			require.NoError(t, err)

			declared := cost.New(recorded(c.stack, r), cost.PlanUsage(plan), nil, sizing.DefaultCatalogue())
			for _, bill := range []sizing.Bill{plan.Cost.Low, plan.Cost.Expected, plan.Cost.Peak} {
				scenario := bill.Scenario.Name
				sum := func(what string, want decimal.Decimal, take func(component, site string) bool) {
					have := declared.Sum(func(l cost.Line) bool { return take(l.Component, l.Site) }).In(scenario)
					require.Equal(t, want.StringFixed(2), have.StringFixed(2), "%s, %s", scenario, what)
				}
				sum("total", bill.Total(), func(string, string) bool { return true })
				for _, component := range bill.Components() {
					sum(component, bill.Component(component), func(c, _ string) bool { return c == component })
				}
				for _, site := range append(plan.Sites, sizing.Site{}) {
					sum("site "+site.Name, bill.Site(site.Name), func(_, s string) bool { return s == site.Name })
				}
			}
			for _, l := range declared.Unpriced() {
				require.Equal(t, "VPC peering", l.What, "a resource without a price: %+v", l)
			}
		})
	}
}

// recorded turns what was registered into resources as the engine shows them.
func recorded(stack string, r *pulumitest.Recorder) []*engine.Resource {
	var resources []*engine.Resource
	for token := range r.Types() {
		for _, res := range r.Resources(token) {
			parent := resource.URN(res.Options.GetParent())
			var parentType tokens.Type
			if parent != "" && parent.QualifiedType() != resource.RootStackType {
				parentType = parent.QualifiedType()
			}
			resources = append(resources, &engine.Resource{
				URN:  resource.NewURN(tokens.QName(stack), "gomeet", parentType, tokens.Type(token), res.Name),
				Type: token, Name: res.Name, Parent: parent, Provider: res.Options.GetProvider(),
				Custom: res.Options.GetCustom(), Inputs: res.Inputs,
				Protect: res.Options.GetProtect(), IgnoreChanges: res.Options.GetIgnoreChanges(),
				PropertyDependencies: dependencies(res.Options),
			})
		}
	}
	return resources
}

// dependencies returns what the values of properties come from.
func dependencies(request *pulumirpc.RegisterResourceRequest) map[resource.PropertyKey][]resource.URN {
	all := map[resource.PropertyKey][]resource.URN{}
	for key, on := range request.GetPropertyDependencies() {
		for _, urn := range on.GetUrns() {
			all[resource.PropertyKey(key)] = append(all[resource.PropertyKey(key)], resource.URN(urn))
		}
	}
	return all
}
