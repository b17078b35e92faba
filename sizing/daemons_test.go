package sizing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/sizing"
)

func TestLoadBalancerUnits(t *testing.T) {
	for connections, want := range map[int]int{-1: 1, 0: 1, 1: 2, 10_000: 2, 10_001: 3, 50_000: 6, 100_000: 11} {
		require.Equal(t, want, sizing.LoadBalancerUnits(connections), "%d connections", connections)
	}
}

func TestLoadBalancersCarryEverySite(t *testing.T) {
	p := plan(t, designed(sizing.ModelDesign))
	total := 0
	var edges []string
	for _, lb := range p.Daemons.LoadBalancers {
		edges = append(edges, lb.Site+" "+string(lb.Edge))
		total += lb.Connections
		require.GreaterOrEqual(t, (lb.SizeUnit-1)*sizing.LoadBalancerNodeConnections, lb.Connections, "with one node lost")
		require.LessOrEqual(t, lb.SizeUnit, sizing.LoadBalancerMaxNodes)
		require.GreaterOrEqual(t, lb.SizeUnit, 2, "one may fail")
	}
	require.Equal(t, []string{"singapore web", "singapore websocket", "singapore data", "jakarta edge"}, edges, "the design's three, and the databases'")
	require.GreaterOrEqual(t, total, 100_000, "a WebSocket to the API and one to LiveKit each")
}

// The poolers together leave a fifth of the connections, whatever the nodes.
func TestPgBouncerLeavesConnections(t *testing.T) {
	for _, size := range []string{"s-1vcpu-2gb", "s-2vcpu-4gb", "g-4vcpu-16gb", "g-8vcpu-32gb", "g-16vcpu-64gb"} {
		for count := 1; count <= 5; count++ {
			in := designed(sizing.ModelDesign)
			in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RolePG: {Size: size, Count: count}}
			p := plan(t, in)
			b := p.Daemons.PgBouncer
			require.LessOrEqual(t, b.Instances*b.MaxDBConnections*100, b.MaxConnections*sizing.PGPooledPercent)
			require.LessOrEqual(t, b.DefaultPoolSize+b.ReservePoolSize, b.MaxDBConnections)
			require.Positive(t, b.ReservePoolSize)
			require.Positive(t, b.MinPoolSize)
			require.LessOrEqual(t, 6*b.MinPoolSize, b.MaxDBConnections, "what stays open")
			require.LessOrEqual(t, b.MaxConnections, sizing.PGMaxConnections)
			require.Equal(t, b.Instances*b.MaxDBConnections, p.Demand.PGConnections)
		}
	}
	b := plan(t, designed(sizing.ModelDesign)).Daemons.PgBouncer
	require.Equal(t, sizing.PgBouncerMaxDBConnections, b.MaxDBConnections, "3 x 130 of 500")
	require.Equal(t, sizing.PgBouncerMinPoolSize, b.MinPoolSize, "the design's 20")
}

// In meetings of 20 the network binds; the limit lets all of them in, and counts both ways.
func TestLiveKitByteLimitCountsBothWays(t *testing.T) {
	in := designed(sizing.ModelCapacity)
	in.Target.Meetings, in.Target.ParticipantsPerMeeting = 1000, 20
	p := plan(t, in)
	l, room := p.Daemons.LiveKit, p.Demand.PerMeeting
	require.Greater(t, l.Rooms, 1)
	require.Greater(t, float64(l.BytesPerSecond), float64(l.Rooms)*(room.BitsIn+room.BitsOut)/8)
}

func TestRedisHoldsItsData(t *testing.T) {
	for _, model := range sizing.Models {
		p := plan(t, designed(model))
		require.Equal(t, 3, p.Daemons.Redis.Masters)
		require.Greater(t, p.Daemons.Redis.MaxMemoryMiB, p.Daemons.Redis.DataMiB)
		size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleRedis))
		require.LessOrEqual(t, 2*p.Daemons.Redis.MaxMemoryMiB, size.Allocatable().MemoryMiB, "room for a snapshot")
	}
}

func TestScalingFollowsThePools(t *testing.T) {
	in := designed(sizing.ModelDesign)
	in.Options.Autoscale = true
	d := plan(t, in).Daemons
	require.Equal(t, []sizing.Scaling{
		{Site: "singapore", Min: 5, Max: 13, CPUPercent: 61}, {Site: "jakarta", Min: 3, Max: 7, CPUPercent: 61},
	}, d.SFUScaling, "a full meeting takes 76 % of the request, and four of five are to be full")
	require.Equal(t, []sizing.Scaling{
		{Site: "singapore", Min: 7, Max: 33, CPUPercent: 60, WebSockets: 1500},
		{Site: "jakarta", Min: 5, Max: 17, CPUPercent: 60, WebSockets: 1500},
	}, d.APIScaling, "five services at one pod a node take five")
}

func TestGoldenExplanations(t *testing.T) {
	overridden := designed(sizing.ModelCapacity)
	overridden.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "c-32-intel"}, sizing.RoleAPI: {Count: 40}}
	for name, in := range map[string]sizing.Input{
		"design": designed(sizing.ModelDesign), "capacity": designed(sizing.ModelCapacity), "overridden": overridden,
	} {
		t.Run(name, func(t *testing.T) {
			p := plan(t, in)
			var b strings.Builder
			for _, item := range sizing.Explainable() {
				steps, err := p.Explain(item)
				require.NoError(t, err)
				require.NotEmpty(t, steps, "%s", item)
				fmt.Fprintf(&b, "%s\n", item)
				for _, s := range steps {
					require.NotEmpty(t, s.Formula, "%s: %s", item, s.Name)
					require.NotEmpty(t, s.Result, "%s: %s", item, s.Name)
					fmt.Fprintf(&b, "  %s = %s %s\n    %s\n", s.Name, s.Result, s.Unit, s.Formula)
					for _, q := range s.Inputs {
						require.NotEmpty(t, q.Source, "%s: %s: %s has no source", item, s.Name, q.Name)
						fmt.Fprintf(&b, "    %s: %s %s (%s)\n", q.Name, q.Value, q.Unit, q.Source)
					}
					if s.Note != "" {
						fmt.Fprintf(&b, "    note: %s\n", s.Note)
					}
				}
			}
			golden.Equal(t, "explain-"+name+".golden", b.String())
		})
	}
}

func TestExplainUnknownItem(t *testing.T) {
	_, err := plan(t, dev()).Explain("sfu.colour")
	require.ErrorContains(t, err, `explain: "sfu.colour": must be one of sfu.nodes`)
}

// The result of a derivation is the plan's own number.
func TestExplanationsEndAtThePlan(t *testing.T) {
	for _, model := range sizing.Models {
		p := plan(t, designed(model))
		steps, err := p.Explain("sfu.nodes")
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(p.Total(sizing.RoleSFU)), steps[len(steps)-2].Result)
		steps, err = p.Explain("pgbouncer.maxDBConnections")
		require.NoError(t, err)
		require.Equal(t, "130", steps[0].Result)
	}
}
