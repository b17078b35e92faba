package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// Two servers fit prod's monitoring nodes beside everything else, and keep less than
// their volumes hold.
func TestMonitoringFitsItsNodes(t *testing.T) {
	for _, model := range sizing.Models {
		plan, err := sizing.NewPlan(sizing.Input{Target: sizing.DefaultTarget(), Model: model, Sites: []sizing.Site{{Name: "a", Region: "sgp1"}, {Name: "b", Region: "sgp1"}}})
		require.NoError(t, err)
		size, ok := plan.CatalogueUsed().Size(plan.Size(sizing.RoleMonitoring))
		require.True(t, ok)
		for _, site := range []string{"a", "b"} {
			m := plan.Monitoring(site)
			require.Equal(t, 2, m.Replicas, "%s %s", model, site)
			room := size.Allocatable()
			require.LessOrEqual(t, 2*m.Prometheus.MemoryMiB+8*m.Small.MemoryMiB, room.MemoryMiB)
			require.LessOrEqual(t, 2*m.Prometheus.MilliCPU+8*m.Small.MilliCPU, room.MilliCPU)
			require.Less(t, m.RetentionGiB, m.VolumeGiB)
			require.Equal(t, 15, m.RetentionDays)
			for _, v := range plan.Volumes {
				if v.Role == sizing.RoleMonitoring && v.Site == site {
					require.Equal(t, m.Replicas, v.Count, "every server has its volume in the plan")
				}
			}
		}
		require.Zero(t, plan.Monitoring("elsewhere"))
	}
}

// A small node has one server: two would have too little memory each.
func TestSmallMonitoringNodesHaveOneServer(t *testing.T) {
	plan, err := sizing.NewPlan(sizing.Input{
		Target: sizing.DefaultTarget(), Sites: []sizing.Site{{Name: "a", Region: "sgp1"}},
		Fixed: map[sizing.Role]sizing.FixedPool{sizing.RoleMonitoring: {Size: "s-2vcpu-4gb", Count: 1}},
	})
	require.NoError(t, err)
	m := plan.Monitoring("a")
	require.Equal(t, 1, m.Replicas)
	require.Positive(t, m.Prometheus.MemoryMiB)
}

// The sites' shares are the whole, in the unit that the bill counts in.
func TestEgressIsSplitOverTheSites(t *testing.T) {
	plan, err := sizing.NewPlan(sizing.Input{Target: sizing.DefaultTarget(), Sites: []sizing.Site{{Name: "a", Region: "sgp1"}, {Name: "b", Region: "sgp1"}}})
	require.NoError(t, err)
	total := plan.EgressBytesPerMonth("a") + plan.EgressBytesPerMonth("b")
	want := 100 * plan.Demand.PerMeeting.BitsOut / 8 * plan.Target.MeetingHoursPerDay() * 30 * 3600
	require.InEpsilon(t, want, total, 0.001)
	require.InEpsilon(t, 2, plan.EgressBytesPerMonth("a")/plan.EgressBytesPerMonth("b"), 0.01)
}
