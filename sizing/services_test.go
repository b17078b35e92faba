package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// pods maps "site service" to its pods.
func pods(p *sizing.Plan, pick func(sizing.ServicePods) int) map[string]int {
	all := map[string]int{}
	for _, s := range p.Daemons.Services {
		all[s.Site+" "+s.Service.Name] = pick(s)
	}
	return all
}

// The design's 4, 6, 12, 4 and 4, of which a third is at the second site.
func TestServicesAreTheDesigns(t *testing.T) {
	p := plan(t, designed(sizing.ModelDesign))
	require.Equal(t, map[string]int{
		"singapore authentication": 3, "singapore meetings": 4, "singapore signalling": 8, "singapore chat": 3, "singapore turn": 2,
		"jakarta authentication": 1, "jakarta meetings": 2, "jakarta signalling": 4, "jakarta chat": 1, "jakarta turn": 2,
	}, pods(p, func(s sizing.ServicePods) int { return s.Pods }))
	for _, s := range p.Daemons.Services {
		require.Equal(t, []int{s.Pods, s.Pods}, []int{s.Min, s.Max}, "not autoscaled")
	}
}

// Whatever the number of nodes, every service runs at every site, the pods fill the
// nodes, and limits are in order.
func TestServicesFillTheNodes(t *testing.T) {
	for count := 2; count <= 120; count++ {
		in := designed(sizing.ModelDesign)
		in.Options.Autoscale = true
		in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleAPI: {Count: count}}
		p := plan(t, in)
		perSite, least := map[string]int{}, map[string]int{}
		for _, s := range p.Daemons.Services {
			perSite[s.Site] += s.Pods
			least[s.Site] += s.Min
			require.LessOrEqual(t, 1, s.Min)
			require.LessOrEqual(t, s.Min, s.Pods)
			require.LessOrEqual(t, s.Pods, s.Max)
		}
		for _, pool := range p.Pools {
			if pool.Role == sizing.RoleAPI && pool.Count >= 10 {
				require.InDelta(t, pool.Count, perSite[pool.Site], 1, "%d nodes", count)
				require.LessOrEqual(t, least[pool.Site], pool.Min, "%d nodes: pods hold up nodes that may go", count)
			}
		}
	}
}

// What the pods ask for fits on the nodes the plan has, and two API pods do not share a
// node of prod.
func TestRequestsFit(t *testing.T) {
	for name, size := range map[string]string{"prod": "c-4", "dev": "s-2vcpu-4gb", "large": "c-16"} {
		for _, count := range []int{1, 2, 3, 5, 10, 30} {
			in := designed(sizing.ModelDesign)
			in.Sites = in.Sites[:1]
			in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleAPI: {Size: size, Count: count}}
			p := plan(t, in)
			node, _ := p.CatalogueUsed().Size(size)
			total := 0
			for _, s := range p.Daemons.Services {
				total += s.Pods
			}
			perNode := (total + count - 1) / count
			edge, api := p.EdgeRequest(), p.APIRequest(in.Sites[0].Name)
			require.Positive(t, api.MilliCPU)
			require.Positive(t, api.MemoryMiB)
			// Twice the edge: a new pod of it is beside the old one for a moment.
			require.LessOrEqual(t, 2*edge.MilliCPU+perNode*api.MilliCPU, node.Allocatable().MilliCPU, name)
			require.LessOrEqual(t, 2*edge.MemoryMiB+perNode*api.MemoryMiB, node.Allocatable().MemoryMiB, name)
			if name == "prod" && count == 30 {
				require.Greater(t, edge.MilliCPU+2*api.MilliCPU, node.Allocatable().MilliCPU, "one instance per node")
			}
		}
	}
	p := plan(t, designed(sizing.ModelDesign))
	node, _ := p.CatalogueUsed().Size("g-16vcpu-64gb")
	require.Greater(t, 2*p.MediaRequest().MilliCPU, node.Allocatable().MilliCPU, "one SFU per node")
	require.LessOrEqual(t, p.MediaRequest().MilliCPU, node.Allocatable().MilliCPU)
	require.Zero(t, p.RecorderRequest().MilliCPU, "prod has no recorders")
}

func TestNoAPINoRequest(t *testing.T) {
	require.Zero(t, plan(t, designed(sizing.ModelDesign)).APIRequest("nowhere"))
}

// The services that hold WebSockets hold those of the target in the capacity model, also
// after its spare nodes are lost; with the design's shares they hold 16 x 2,000 of 50,000.
func TestWebSocketsHaveTheirPods(t *testing.T) {
	held := func(p *sizing.Plan, pick func(sizing.ServicePods) int) (n int) {
		for _, s := range p.Daemons.Services {
			if s.Service.WebSocket {
				n += pick(s)
			}
		}
		return n
	}
	planned := func(s sizing.ServicePods) int { return s.Pods }
	design, capacity := plan(t, designed(sizing.ModelDesign)), plan(t, designed(sizing.ModelCapacity))
	require.Equal(t, 16, held(design, planned))
	require.Equal(t, 34, held(capacity, planned))
	for _, meetings := range []int{1, 3, 10, 37, 100, 250} {
		in := designed(sizing.ModelCapacity)
		in.Target.Meetings = meetings
		p := plan(t, in)
		require.GreaterOrEqual(t, held(p, planned)*sizing.WebSocketsPerAPIInstanceTarget, p.Demand.APIConnections, "%d meetings", meetings)
		require.GreaterOrEqual(t, judged(t, p, sizing.RoleAPI).Meetings, meetings)
	}
}
