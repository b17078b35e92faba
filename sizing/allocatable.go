package sizing

// Allocatable is what a DOKS node of a size leaves to pods of ours.
type Allocatable struct {
	// MilliCPU is thousandths of a vCPU, MemoryMiB mebibytes.
	MilliCPU, MemoryMiB int
}

// What DOKS takes of a node. Measured on s-2vcpu-4gb: "kubectl describe node" in
// sgp1 of 2024-01-11 (DOKS 1.28.2) shows 1900m of 2 CPUs and 3110 MiB of 3915 MiB
// allocatable; a capacity record of 2026-09-03 shows 2996 MiB.
const (
	// kubeletMilliCPU is reserved CPU; the larger sizes are assumed to reserve the same.
	kubeletMilliCPU = 100
	// daemonMilliCPU and daemonMiB are requests of DOKS's own DaemonSets in the same
	// listing: cilium 300m/300Mi, cpc-bridge-proxy 100m/75Mi, do-node-agent
	// 102m/80Mi, kube-proxy 0/125Mi.
	daemonMilliCPU = 300 + 100 + 102
	daemonMiB      = 300 + 75 + 80 + 125
	// evictionMiB is kubelet's eviction threshold (kubelet --eviction-hard default,
	// memory.available<100Mi).
	evictionMiB = 100
)

// reservedMemory is the progressive reservation of managed Kubernetes (the rule
// that GKE publishes; DOKS publishes a table that was not at hand). It gives 2,972
// MiB on the s-2vcpu-4gb, 1 % below the 2,996 MiB measured.
var reservedMemory = []struct{ upToMiB, percent int }{
	{4 << 10, 25}, {8 << 10, 20}, {16 << 10, 10}, {128 << 10, 6}, {maxMemoryMiB, 2},
}

// Allocatable returns what the size leaves to our pods after kubelet's reservation
// and DOKS's DaemonSets; it is never negative.
func (s Size) Allocatable() Allocatable {
	reserved, from := evictionMiB, 0
	for _, step := range reservedMemory {
		if s.MemoryMiB > from {
			reserved += (min(s.MemoryMiB, step.upToMiB) - from) * step.percent / 100
		}
		from = step.upToMiB
	}
	return Allocatable{
		MilliCPU:  max(s.VCPUs*1000-kubeletMilliCPU-daemonMilliCPU, 0),
		MemoryMiB: max(s.MemoryMiB-reserved-daemonMiB, 0),
	}
}

// Network caps of Droplets, per Droplet and direction
// (docs.digitalocean.com/products/droplets/details/limits, read 2026-11-23:
// "Premium CPUs have a network throughput limit of 10 Gbps. All other Droplets have
// a maximum network throughput limit of 2 Gbps").
const (
	regularNetworkBits = 2e9
	premiumNetworkBits = 10e9
)

// NetworkBitsPerSecond returns the network cap of the size.
func (s Size) NetworkBitsPerSecond() float64 {
	if s.Premium {
		return premiumNetworkBits
	}
	return regularNetworkBits
}
