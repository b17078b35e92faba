package sizing

import "slices"

// APIService is one of the five services of the API.
type APIService struct {
	// Name is the service's own name.
	Name string
	// Share is its part of the API's instances, of 30 (design document, section "API
	// Services Scaling", service breakdown).
	Share int
	// WebSocket says that clients stay connected to it. The connections of the target are
	// counted against all such services together.
	WebSocket bool
}

// APIServices lists the services in the design's order.
var APIServices = []APIService{
	{"authentication", 4, false},
	{"meetings", 6, false},
	{"signalling", 12, true},
	{"chat", 4, true},
	{"turn", 4, false},
}

// ServicePods is how many pods of a service run at a site.
type ServicePods struct {
	Site    string
	Service APIService
	// Pods is the planned number; Min and Max are what the autoscaler may make of it,
	// equal to Pods when the API is not autoscaled.
	Pods, Min, Max int
}

// servicePods splits the API nodes of each site among the services by their share, one
// pod per node, and at least one pod of each: totals over the sites come first, so that
// 30 nodes give the design's numbers, and a site's own are what rounding leaves.
func (p *Plan) servicePods() []ServicePods {
	var all []ServicePods
	given, givenLow, givenHigh := make([]int, len(APIServices)), make([]int, len(APIServices)), make([]int, len(APIServices))
	soFar, soFarLow, soFarHigh := 0, 0, 0
	for _, site := range p.Sites {
		for _, pool := range p.PoolsAt(site.Name) {
			if pool.Role != RoleAPI {
				continue
			}
			low, high := pool.Count, pool.Count
			if pool.Max > 0 {
				low, high = pool.Min, pool.Max
			}
			soFar, soFarLow, soFarHigh = soFar+pool.Count, soFarLow+low, soFarHigh+high
			upTo, upToLow, upToHigh := p.apportion(soFar), p.apportion(soFarLow), p.apportion(soFarHigh)
			pods, least := make([]int, len(APIServices)), make([]int, len(APIServices))
			for i := range APIServices {
				pods[i] = max(upTo[i]-given[i], 1)
				least[i] = min(max(upToLow[i]-givenLow[i], 1), pods[i])
			}
			fit(least, low)
			for i, service := range APIServices {
				all = append(all, ServicePods{site.Name, service, pods[i], least[i], max(upToHigh[i]-givenHigh[i], pods[i])})
			}
			given, givenLow, givenHigh = upTo, upToLow, upToHigh
		}
	}
	return all
}

// fit takes pods from the services that have most until there are no more than nodes, or one
// of each is left: the least pods of a site must not hold up more nodes than its pool's least.
func fit(pods []int, nodes int) {
	over := -max(nodes, len(pods))
	for _, n := range pods {
		over += n
	}
	for ; over > 0; over-- {
		pods[slices.Index(pods, slices.Max(pods))]--
	}
}

// shares are the services' parts of the API nodes. The design's model has the design's, of
// which 16 of 30 hold WebSockets: 32,000 of them, not 50,000. In the capacity model the
// services that hold WebSockets get the 34 pods that 50,000 take at the autoscaler's target,
// divided among them as in the design, and the others keep the design's 14. Only the
// proportions count; all are 16 times as large, so that 12 and 4 parts of 34 are whole.
func (in Input) shares() []int {
	var shares []int
	for _, s := range APIServices {
		factor := designWebSocketPods
		if in.Model == ModelCapacity && s.WebSocket {
			factor = ceilDiv(designWebSockets, WebSocketsPerAPIInstanceTarget)
		}
		shares = append(shares, s.Share*factor)
	}
	return shares
}

const (
	// designWebSockets are the connections that the design's API holds (section "API
	// Services Scaling").
	designWebSockets = 50_000
	// designWebSocketPods are its instances of signalling and chat, 12 and 4.
	designWebSocketPods = 16
)

// webSocketPods is how many of so many API nodes run a service that holds WebSockets. Where
// the pods of two of them share a node, it holds no more than the design's node does.
func (in Input) webSocketPods(nodes int) int {
	if nodes == 0 {
		return 0
	}
	pods := 0
	for i, part := range in.apportion(nodes) {
		if APIServices[i].WebSocket {
			pods += max(part, len(in.Sites)) // one at every site, see servicePods
		}
	}
	return min(pods, nodes)
}

// apiNodes is how many API nodes it takes for so many pods that hold WebSockets.
func (in Input) apiNodes(pods int) int {
	nodes := pods
	for in.webSocketPods(nodes) < pods {
		nodes++
	}
	return nodes
}

// apportion splits a number by the services' shares with largest remainders; ties go to
// the earlier service.
func (in Input) apportion(total int) []int {
	shares, sum := in.shares(), 0
	for _, share := range shares {
		sum += share
	}
	parts, rest := make([]int, len(shares)), total
	for i, share := range shares {
		parts[i] = total * share / sum
		rest -= parts[i]
	}
	// owed is what a service is due beyond its parts, in sum-ths of a pod.
	owed := func(i int) int { return total*shares[i] - parts[i]*sum }
	for ; rest > 0; rest-- {
		best := 0
		for i := range shares {
			if owed(i) > owed(best) {
				best = i
			}
		}
		parts[best]++
	}
	return parts
}

// PodRequest is what a pod asks of its node.
type PodRequest struct {
	// MilliCPU is thousandths of a vCPU, MemoryMiB mebibytes.
	MilliCPU, MemoryMiB int
}

const (
	// edgeShare is the part of an API node that its edge pod asks for: an eighth, 500m
	// and 1 GiB of the design's 4 vCPU and 8 GB. Traefik's own advice is to measure; it
	// forwards a few hundred requests a second here.
	edgeShare = 8
	// apiShare is the most an API pod asks for, half of its node: a second one does not
	// fit beside the edge then, which keeps the design's one instance per node.
	apiShare = 2
	// fillPercent leaves a tenth of a node for what operators run by hand.
	fillPercent = 90
)

// EdgeRequest is what the edge's pod on an API node asks for.
func (p *Plan) EdgeRequest() PodRequest {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleAPI))
	return PodRequest{MilliCPU: size.VCPUs * 1000 / edgeShare, MemoryMiB: size.MemoryMiB / edgeShare}
}

// APIRequest is what a pod of the API at a site asks for: half of its node, or less where
// several pods must share one.
func (p *Plan) APIRequest(site string) PodRequest {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleAPI))
	nodes, pods := 0, 0
	for _, pool := range p.PoolsAt(site) {
		if pool.Role == RoleAPI {
			nodes = pool.Count
		}
	}
	for _, s := range p.Daemons.Services {
		if s.Site == site {
			pods += s.Pods
		}
	}
	if nodes == 0 || pods == 0 {
		return PodRequest{}
	}
	room, edge, perNode := size.Allocatable(), p.EdgeRequest(), ceilDiv(pods, nodes)
	// A new edge pod is beside the old one for a moment.
	return PodRequest{
		MilliCPU:  min(size.VCPUs*1000/apiShare, (room.MilliCPU-2*edge.MilliCPU)*fillPercent/100/perNode),
		MemoryMiB: min(size.MemoryMiB/apiShare, (room.MemoryMiB-2*edge.MemoryMiB)*fillPercent/100/perNode),
	}
}

// MediaRequest is what a LiveKit pod asks for: nine tenths of what its node leaves to
// pods, so that it has the node to itself and node exporters still fit.
func (p *Plan) MediaRequest() PodRequest { return p.mostOf(RoleSFU) }

// RecorderRequest is the same of a recorder.
func (p *Plan) RecorderRequest() PodRequest { return p.mostOf(RoleRecorder) }

func (p *Plan) mostOf(role Role) PodRequest {
	size, _ := p.CatalogueUsed().Size(p.Size(role))
	room := size.Allocatable()
	return PodRequest{MilliCPU: room.MilliCPU * fillPercent / 100, MemoryMiB: room.MemoryMiB * fillPercent / 100}
}
