package sizing

// Monitoring is what watches one site, on the site's monitoring nodes.
type Monitoring struct {
	// Replicas is the number of Prometheus servers, of Alertmanagers too. Each server has
	// everything, so that one may be lost.
	Replicas int
	// VolumeGiB is the volume of one server. Samples are kept for RetentionDays, or until
	// they take RetentionGiB.
	VolumeGiB, RetentionGiB, RetentionDays int
	// Prometheus is what one server asks for, Small what each of the others does.
	Prometheus, Small PodRequest
}

const (
	// MonitoringReplicas is how many servers a site has whose nodes have the memory: "two
	// Prometheus" of the design's two monitoring nodes.
	MonitoringReplicas = 2
	// prometheusMinMiB is the least memory of a server with another one beside it: 8 KiB
	// for each of the 215,000 series of prod's larger site (43 nodes,
	// prometheusSeriesPerNode). Prometheus' own guidance is to measure; its head keeps a
	// series with its labels, index and two hours of samples.
	prometheusMinMiB = 1_700
	// retentionPercent of a volume: "80-85 % of the allocated disk" (prometheus.io,
	// storage, right-sizing retention size).
	retentionPercent = 80
	// smallMilliCPU and smallMiB is what Alertmanager, Grafana, kube-state-metrics and each
	// exporter ask for, smallPods how many of them there are: they serve text about a
	// few hundred objects.
	smallMilliCPU, smallMiB, smallPods = 50, 128, 8
)

// NodeExporterRequest is what the exporter on every node asks for, SFU nodes among them,
// whose other tenth it fits into (MediaRequest).
func NodeExporterRequest() PodRequest { return PodRequest{MilliCPU: 20, MemoryMiB: 48} }

// PoolerExporterRequest is what the exporter beside each pooler asks for, of the tenth that
// PostgreSQL and its pooler leave on their node.
func PoolerExporterRequest() PodRequest { return PodRequest{MilliCPU: 20, MemoryMiB: 32} }

// Monitoring returns what watches a site; it is zero where no pool for it is.
func (p *Plan) Monitoring(site string) Monitoring {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleMonitoring))
	nodes, room := 0, size.Allocatable()
	for _, pool := range p.PoolsAt(site) {
		if pool.Role == RoleMonitoring {
			nodes = pool.Count
		}
	}
	if nodes == 0 {
		return Monitoring{}
	}
	m := Monitoring{
		Replicas: p.monitoringReplicas(nodes), RetentionDays: prometheusSeconds / (24 * 3600),
		VolumeGiB: p.VolumeAt(RoleMonitoring, site), Small: PodRequest{MilliCPU: smallMilliCPU, MemoryMiB: smallMiB},
	}
	m.RetentionGiB = max(m.VolumeGiB*retentionPercent/100, 1)
	perNode := ceilDiv(m.Replicas, nodes)
	m.Prometheus = PodRequest{
		MilliCPU:  max((room.MilliCPU*fillPercent/100-smallPods*smallMilliCPU)/perNode, smallMilliCPU),
		MemoryMiB: max((room.MemoryMiB*fillPercent/100-smallPods*smallMiB)/perNode, smallMiB),
	}
	return m
}

// monitoringReplicas is two where the nodes hold two servers, else one.
func (p *Plan) monitoringReplicas(nodes int) int {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleMonitoring))
	perNode := ceilDiv(MonitoringReplicas, nodes)
	if (size.Allocatable().MemoryMiB*fillPercent/100-smallPods*smallMiB)/perNode < prometheusMinMiB {
		return 1
	}
	return MonitoringReplicas
}

// SFUNodeBytesPerSecond is the network cap of an SFU node, one direction.
func (p *Plan) SFUNodeBytesPerSecond() float64 {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	return size.NetworkBitsPerSecond() / bitsPerByte
}

// LargestMeeting is the most participants of a meeting that an SFU node carries.
func (p *Plan) LargestMeeting() int {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	return p.Target.SFUCapacity(size, p.Options).LargestRoom
}

// EgressBytesPerMonth is the outbound traffic of a site in the expected scenario, by its
// share of the SFU nodes.
func (p *Plan) EgressBytesPerMonth(site string) float64 {
	here, all := 0, p.Total(RoleSFU)
	for _, pool := range p.PoolsAt(site) {
		if pool.Role == RoleSFU {
			here = pool.Count
		}
	}
	if all == 0 {
		return 0
	}
	total, _ := p.egressGiB(p.scenario(ScenarioExpected)).Float64()
	return total * gib * float64(here) / float64(all)
}
