package cost_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/cost"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// What an autoscaler made of a pool at some moment does not decide what it is expected to
// cost: that is the planned count, within the limits.
func TestAutoscaledPoolsCostTheirPlannedCount(t *testing.T) {
	cluster := made("digitalocean:index/kubernetesCluster:KubernetesCluster", nil)
	cluster.Name = "singapore"
	pool := made("digitalocean:index/kubernetesNodePool:KubernetesNodePool", properties{
		"size": "c-2", "nodeCount": 4, "labels": properties{"gomeet.com/role": "sfu"}, "autoScale": true, "minNodes": 5, "maxNodes": 15,
	})
	pool.Parent = cluster.URN
	expected := func(counts cost.Counts) string {
		s := cost.New([]*engine.Resource{cluster, pool}, nil, counts, sizing.DefaultCatalogue())
		return s.Sum(func(l cost.Line) bool { return l.Component == "sfu" }).Expected.StringFixed(2)
	}
	stack := func(site string, count any) cost.Counts {
		return cost.StackCounts(resource.NewPropertyMapFromMap(properties{"sites": properties{site: properties{"pools": properties{"sfu": properties{"count": count}}}}}))
	}
	require.Equal(t, "420.00", expected(stack("singapore", 10)))
	require.Equal(t, "210.00", expected(stack("singapore", 3)), "never below the minimum")
	require.Equal(t, "630.00", expected(stack("singapore", 99)), "never above the maximum")
	for name, none := range map[string]cost.Counts{
		"no outputs": cost.StackCounts(nil), "another site": stack("jakarta", 10), "not known": stack("singapore", unknown), "no number": stack("singapore", "many"),
	} {
		require.Equal(t, "210.00", expected(none), name)
	}

	plan := prodPlan(t, func(in *sizing.Input) { in.Options.Autoscale = true })
	for _, p := range plan.Pools {
		require.EqualValues(t, p.Count, cost.PlanCounts(plan)[cost.Pool{Site: p.Site, Role: p.Role}])
	}
}
