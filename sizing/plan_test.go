package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/sizing"
)

func TestDesignModelIsAsOrdered(t *testing.T) {
	p := plan(t, designed(sizing.ModelDesign))
	for role, want := range map[sizing.Role]struct {
		count int
		size  string
	}{
		sizing.RoleSFU: {12, "g-16vcpu-64gb"}, sizing.RoleAPI: {30, "c-4"}, sizing.RolePG: {3, "g-8vcpu-32gb"},
		sizing.RoleRedis: {6, "g-4vcpu-16gb"}, sizing.RoleMinIO: {4, "s-8vcpu-16gb"}, sizing.RoleMonitoring: {2, "c-4"},
		sizing.RoleDefault: {4, "s-2vcpu-4gb"}, sizing.RoleRecorder: {0, ""},
	} {
		require.Equal(t, want.count, p.Total(role), "nodes of %s", role)
		require.Equal(t, want.size, p.Size(role), "size of %s", role)
	}
	require.Equal(t, []sizing.Pool{
		{Role: sizing.RoleDefault, Site: "jakarta", Size: "s-2vcpu-4gb", Count: 2},
		{Role: sizing.RoleSFU, Site: "jakarta", Size: "g-16vcpu-64gb", Count: 4},
		{Role: sizing.RoleAPI, Site: "jakarta", Size: "c-4", Count: 10},
		{Role: sizing.RolePG, Site: "jakarta", Size: "g-8vcpu-32gb", Count: 1},
		{Role: sizing.RoleMonitoring, Site: "jakarta", Size: "c-4", Count: 1},
	}, p.PoolsAt("jakarta"))
	require.Empty(t, p.PoolsAt("nowhere"))
	require.Equal(t, 12, p.Verdict.Meetings, "12 nodes of one meeting each")
	require.False(t, p.Verdict.Sufficient)
}

// Jakarta's share of the design's 10 would be 3, and it takes 5 to run the five services.
func TestAutoscaleFollowsTheDesign(t *testing.T) {
	in := designed(sizing.ModelDesign)
	in.Options.Autoscale = true
	p := plan(t, in)
	for role, want := range map[sizing.Role][2]int{sizing.RoleSFU: {8, 20}, sizing.RoleAPI: {12, 50}} {
		low, high := 0, 0
		for _, pool := range p.Pools {
			if pool.Role == role {
				low, high = low+pool.Min, high+pool.Max
				require.LessOrEqual(t, pool.Min, pool.Count)
				require.LessOrEqual(t, pool.Count, pool.Max)
			}
		}
		require.Equal(t, want, [2]int{low, high}, "limits of %s", role)
	}
	for _, pool := range p.Pools {
		if pool.Role != sizing.RoleSFU && pool.Role != sizing.RoleAPI {
			require.Zero(t, pool.Max, "%s holds data or a quorum", pool.Role)
		}
	}
	low, peak := p.Cost.Low.Component("sfu"), p.Cost.Peak.Component("sfu")
	require.Equal(t, "4032", low.String(), "8 nodes")
	require.Equal(t, "10080", peak.String(), "20 nodes")
}

func TestFixedLimitsReplaceTheDesigns(t *testing.T) {
	in := designed(sizing.ModelDesign)
	in.Options.Autoscale = true
	in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Min: 3, Max: 30}}
	p := plan(t, in)
	require.Equal(t, sizing.Pool{Role: sizing.RoleSFU, Site: "singapore", Size: "g-16vcpu-64gb", Count: 8, Min: 2, Max: 20}, p.PoolsAt("singapore")[1])
	require.Equal(t, sizing.Pool{Role: sizing.RoleSFU, Site: "jakarta", Size: "g-16vcpu-64gb", Count: 4, Min: 1, Max: 10}, p.PoolsAt("jakarta")[1])
}

func TestPlacement(t *testing.T) {
	site := func(names ...string) []sizing.Site {
		var sites []sizing.Site
		for _, name := range names {
			sites = append(sites, sizing.Site{Name: name, Region: "sgp1"})
		}
		return sites
	}
	cases := map[string]struct {
		sites []sizing.Site
		fixed map[sizing.Role]sizing.FixedPool
		want  map[sizing.Role][]int
	}{
		"one site has everything": {
			sites: site("a"),
			want: map[sizing.Role][]int{
				sizing.RoleDefault: {2}, sizing.RoleSFU: {12}, sizing.RoleAPI: {30}, sizing.RolePG: {3},
				sizing.RoleRedis: {6}, sizing.RoleMinIO: {4}, sizing.RoleMonitoring: {2},
			},
		},
		"two sites": {
			sites: site("a", "b"),
			want: map[sizing.Role][]int{
				sizing.RoleDefault: {2, 2}, sizing.RoleSFU: {8, 4}, sizing.RoleAPI: {20, 10}, sizing.RolePG: {2, 1},
				sizing.RoleRedis: {6, 0}, sizing.RoleMinIO: {4, 0}, sizing.RoleMonitoring: {1, 1},
			},
		},
		"three sites: no site holds a majority of PostgreSQL": {
			sites: site("a", "b", "c"),
			want: map[sizing.Role][]int{
				sizing.RoleDefault: {2, 2, 2}, sizing.RoleSFU: {4, 4, 4}, sizing.RoleAPI: {10, 10, 10}, sizing.RolePG: {1, 1, 1},
				sizing.RoleRedis: {6, 0, 0}, sizing.RoleMinIO: {4, 0, 0}, sizing.RoleMonitoring: {1, 1, 1},
			},
		},
		"remainders go to the earlier sites": {
			sites: site("a", "b", "c"),
			fixed: map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Count: 11}, sizing.RoleMonitoring: {Count: 1}},
			want:  map[sizing.Role][]int{sizing.RoleSFU: {4, 4, 3}, sizing.RoleMonitoring: {1, 0, 0}},
		},
		"a single node is at the primary": {
			sites: site("a", "b"),
			fixed: map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Count: 1}, sizing.RolePG: {Count: 1}},
			want:  map[sizing.Role][]int{sizing.RoleSFU: {1, 0}, sizing.RolePG: {1, 0}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in := designed(sizing.ModelDesign)
			in.Sites, in.Fixed = c.sites, c.fixed
			p := plan(t, in)
			for role, want := range c.want {
				got := make([]int, len(c.sites))
				for _, pool := range p.Pools {
					for i, s := range c.sites {
						if pool.Role == role && pool.Site == s.Name {
							require.Positive(t, pool.Count)
							got[i] = pool.Count
						}
					}
				}
				require.Equal(t, want, got, "%s", role)
			}
		})
	}
}

func TestDevIsSmallAndSaysSo(t *testing.T) {
	p := plan(t, dev())
	for _, role := range sizing.Roles[:7] {
		require.Equal(t, 1, p.Total(role), "%s", role)
	}
	require.True(t, p.Verdict.Sufficient, "one meeting of 20: %+v", p.Verdict)
	var texts []string
	for _, f := range p.Verdict.Findings {
		texts = append(texts, f.Text)
	}
	require.Contains(t, texts, "one PostgreSQL node: no failover, an outage lasts until the node is back, and an upgrade is an outage")
	require.Contains(t, texts, "1 Redis node(s): no cluster (three masters are the least), no failover")
	require.True(t, p.Cost.Monthly().LessThan(p.CatalogueUsed().Sizes[len(p.CatalogueUsed().Sizes)-1].Monthly.Amount.Decimal),
		"dev costs less than the largest Droplet")
}

func TestCapacityModelCarriesTheTarget(t *testing.T) {
	for name, options := range map[string]sizing.Options{
		"defaults":              {},
		"no redundancy":         {Redundancy: sizing.NoRedundancy},
		"published benchmark":   {BenchmarkPercent: 100},
		"careful utilisation":   {SFUUtilisationPercent: 60},
		"five spare":            {Redundancy: 5},
		"with everything at 90": {BenchmarkPercent: 90, SFUUtilisationPercent: 90},
	} {
		t.Run(name, func(t *testing.T) {
			in := designed(sizing.ModelCapacity)
			in.Options = options
			p := plan(t, in)
			require.True(t, p.Verdict.Sufficient)
			require.GreaterOrEqual(t, p.Verdict.RecordedMeetings, 100)
			spare := options.Redundancy
			switch spare {
			case 0:
				spare = sizing.DefaultRedundancy
			case sizing.NoRedundancy:
				spare = 0
			}
			size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleSFU))
			rooms := in.Target.SFUCapacity(size, options).Rooms
			require.GreaterOrEqual(t, (p.Total(sizing.RoleSFU)-spare)*rooms, 100, "carries the target with k nodes lost")
			require.Less(t, (p.Total(sizing.RoleSFU)-spare-1)*rooms, 100, "and not a node more than that")
		})
	}
}

// Prod's pools cost what they cost whatever the model says of them.
func TestFixedPoolsAreTakenAsTheyAre(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "g-16vcpu-64gb", Count: 12}}
	p := plan(t, in)
	require.Equal(t, 12, p.Total(sizing.RoleSFU))
	require.Equal(t, 12, p.Verdict.Meetings)
	require.Equal(t, sizing.RoleSFU, p.Verdict.FirstToSaturate)
	require.Equal(t, sizing.ConstraintCPU, p.Verdict.Binding)

	in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "c-32-intel"}}
	p = plan(t, in)
	require.Equal(t, 52, p.Total(sizing.RoleSFU), "two meetings per node, and two spare")
}

// A size without a count keeps the quorum; recorders stay although nothing is recorded.
func TestPartOfAPoolIsFixed(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	in.Target.RecordedPercent = 0
	in.Fixed = map[sizing.Role]sizing.FixedPool{
		sizing.RoleDefault: {Size: "s-2vcpu-2gb"}, sizing.RolePG: {Size: "s-2vcpu-4gb"},
		sizing.RoleMonitoring: {Size: "s-2vcpu-4gb"}, sizing.RoleRecorder: {Count: 2},
	}
	p := plan(t, in)
	for role, want := range map[sizing.Role]sizing.Pool{
		sizing.RoleDefault: {Size: "s-2vcpu-2gb", Count: 4}, sizing.RolePG: {Size: "s-2vcpu-4gb", Count: 3},
		sizing.RoleMonitoring: {Size: "s-2vcpu-4gb", Count: 2}, sizing.RoleRecorder: {Size: "c-16", Count: 2},
	} {
		require.Equal(t, want, sizing.Pool{Size: p.Size(role), Count: p.Total(role)}, "%s", role)
	}
	in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleAPI: {Size: "s-1vcpu-2gb"}}
	_, err := sizing.NewPlan(in)
	require.ErrorContains(t, err, `fixed.api.size: "s-1vcpu-2gb"`, "how many of these hold 2,000 WebSockets is not known")
}

func TestModelDefaultsToDesign(t *testing.T) {
	in := designed("")
	require.Equal(t, sizing.ModelDesign, plan(t, in).Model)
}

// The models differ, and an input that neither can plan has no plan.
func TestTheCapacityModelCostsMore(t *testing.T) {
	require.True(t, plan(t, designed(sizing.ModelCapacity)).Cost.Monthly().GreaterThan(plan(t, designed(sizing.ModelDesign)).Cost.Monthly()))
	_, err := sizing.NewPlan(sizing.Input{})
	require.Error(t, err)
}

// A load balancer has at most 200 nodes.
func TestLoadBalancersEnd(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	in.Target.APIConnectionsPerParticipant = 100
	_, err := sizing.NewPlan(in)
	require.EqualError(t, err, `target.meetings: "100": must be fewer, or over more sites: the load balancer websocket of site singapore would take 338 nodes, and has at most 200`)
}

func TestGoldenPlans(t *testing.T) {
	autoscaled := designed(sizing.ModelCapacity)
	autoscaled.Options.Autoscale, autoscaled.Options.CommittedUsePercent = true, 15
	autoscaled.Target.GrowthPercentPerYear = 40
	regions := designed(sizing.ModelDesign)
	regions.Sites = []sizing.Site{{Name: "a", Region: "sgp1"}, {Name: "b", Region: "syd1"}, {Name: "c", Region: "blr1"}}
	for name, in := range map[string]sizing.Input{
		"prod-design": designed(sizing.ModelDesign), "prod-capacity": designed(sizing.ModelCapacity), "dev": dev(),
		"autoscaled": autoscaled, "three-regions": regions,
	} {
		t.Run(name, func(t *testing.T) { golden.Equal(t, "plan-"+name+".golden", render(plan(t, in))) })
	}
}
