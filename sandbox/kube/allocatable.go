package kube

import (
	"github.com/digitalocean/godo"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// What DOKS keeps for itself on a node. The product's documentation has a table of
// allocatable memory,
// https://docs.digitalocean.com/products/kubernetes/details/limits/#allocatable-memory;
// the rule below was derived from what real nodes report, in `kubectl describe
// node` output published on GitHub, and meets each of these exactly:
//
//	s-1vcpu-2gb       900m  1574Mi  (in a comparison of managed Kubernetes offers)
//	s-2vcpu-4gb      1900m  3110Mi  (DOKS 1.28.2-do.0)
//	s-4vcpu-8gb-amd  3900m  6694Mi  (DOKS 1.24.4-do.0)
//	g-16vcpu-64gb           59942Mi (DOKS 1.18.10-do.2)
//
// It is a quarter of the first 4 GiB, an eighth of the next 12 GiB and a sixteenth
// of the rest, less 38 MiB. Between 8 and 64 GiB, and above, it is interpolated:
// no published node of such a size was found.
const (
	reservedCPU    = 100 // millicores, on every size seen since DOKS 1.24
	reservedRebate = 38  // MiB
)

// podsPerNode is the kubelet's default limit, which all the nodes above report.
const podsPerNode = 110

// memoryTiers say which share of a node's memory is reserved, up to a size in MiB.
var memoryTiers = []struct{ upTo, divisor int }{
	{4 << 10, 4},
	{16 << 10, 8},
	{1 << 62, 16},
}

// reservedMemory returns how much of a Droplet's memory DOKS reserves, both in
// MiB: nothing of the smallest, never all.
func reservedMemory(memory int) int {
	reserved, below := -reservedRebate, 0
	for _, tier := range memoryTiers {
		if memory <= below {
			break
		}
		reserved += (min(memory, tier.upTo) - below) / tier.divisor
		below = tier.upTo
	}
	return max(reserved, 0)
}

// capacity returns what a Droplet of this size has as a node. A real node reports
// 2 to 5 % less memory and disk, the kernel's and the file system's own; the
// sandbox reports the size's figures.
func capacity(size godo.Size) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:              *resource.NewQuantity(int64(size.Vcpus), resource.DecimalSI),
		corev1.ResourceMemory:           mebibytes(size.Memory),
		corev1.ResourceEphemeralStorage: *resource.NewQuantity(int64(size.Disk)<<30, resource.BinarySI),
		corev1.ResourcePods:             *resource.NewQuantity(podsPerNode, resource.DecimalSI),
	}
}

// allocatable returns what is left of the capacity for pods. Of the disk it is
// 90 %: the nodes above report that, the kubelet's default eviction threshold
// being 10 % (nodefs.available).
func allocatable(size godo.Size) corev1.ResourceList {
	all := capacity(size)
	all[corev1.ResourceCPU] = *resource.NewMilliQuantity(max(int64(size.Vcpus)*1000-reservedCPU, 0), resource.DecimalSI)
	all[corev1.ResourceMemory] = mebibytes(size.Memory - reservedMemory(size.Memory))
	all[corev1.ResourceEphemeralStorage] = *resource.NewQuantity(int64(size.Disk)<<30/10*9, resource.BinarySI)
	return all
}

func mebibytes(n int) resource.Quantity {
	return *resource.NewQuantity(int64(n)<<20, resource.BinarySI)
}
