package kube

import (
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

func TestAllocatable(t *testing.T) {
	tests := map[string]struct {
		size         godo.Size
		cpu          string // allocatable
		memory, disk string
	}{
		// Observed on real nodes; see allocatable.go.
		"s-1vcpu-2gb": {godo.Size{Vcpus: 1, Memory: 2048, Disk: 50}, "900m", "1574Mi", "45Gi"},
		"s-2vcpu-4gb": {godo.Size{Vcpus: 2, Memory: 4096, Disk: 80}, "1900m", "3110Mi", "72Gi"},
		"s-4vcpu-8gb": {godo.Size{Vcpus: 4, Memory: 8192, Disk: 160}, "3900m", "6694Mi", "144Gi"},
		// CPU was not reserved yet when this one was observed.
		"g-16vcpu-64gb": {godo.Size{Vcpus: 16, Memory: 65536, Disk: 200}, "15900m", "59942Mi", "180Gi"},
		// Interpolated.
		"g-4vcpu-16gb":            {godo.Size{Vcpus: 4, Memory: 16384, Disk: 50}, "3900m", "13862Mi", "45Gi"},
		"m-16vcpu-128gb":          {godo.Size{Vcpus: 16, Memory: 131072, Disk: 400}, "15900m", "121382Mi", "360Gi"},
		"smaller than DOKS takes": {godo.Size{Vcpus: 0, Memory: 128, Disk: 10}, "0", "128Mi", "9Gi"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got := allocatable(tc.size)
			require.Equal(t, tc.cpu, got.Cpu().String())
			require.Equal(t, tc.memory, got.Memory().String())
			require.Equal(t, tc.disk, got.StorageEphemeral().String())
			require.Equal(t, "110", got.Pods().String())
		})
	}
}

func TestAllocatableNeverExceedsCapacity(t *testing.T) {
	for memory := 0; memory <= 512<<10; memory += 512 {
		size := godo.Size{Vcpus: 1 + memory>>12, Memory: memory, Disk: 25}
		all, left := capacity(size), allocatable(size)
		for name, quantity := range left {
			limit := all[name]
			require.LessOrEqual(t, quantity.Cmp(limit), 0, "%s of %d MiB", name, memory)
			require.GreaterOrEqual(t, quantity.Sign(), 0)
		}
	}
}
