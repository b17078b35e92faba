package sizing_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

func TestRedisLayout(t *testing.T) {
	for nodes, want := range map[int]sizing.RedisLayout{
		1: {Pods: 3, PerNode: 3},
		2: {Pods: 3, PerNode: 2},
		3: {Pods: 3, PerNode: 1},
		5: {Pods: 3, PerNode: 1},
		6: {Pods: 6, PerNode: 1, Replicas: 1},
		7: {Pods: 6, PerNode: 1, Replicas: 1},
		8: {Pods: 8, PerNode: 1, Replicas: 1},
	} {
		in := designed(sizing.ModelDesign)
		in.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleRedis: {Count: nodes}}
		p := plan(t, in)
		l := p.RedisLayout()
		require.Equal(t, want, sizing.RedisLayout{Pods: l.Pods, PerNode: l.PerNode, Replicas: l.Replicas}, "%d nodes", nodes)

		size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleRedis))
		require.LessOrEqual(t, l.PerNode*l.Request.MemoryMiB, size.Allocatable().MemoryMiB, "%d nodes", nodes)
		require.Less(t, l.MaxMemoryMiB, l.Request.MemoryMiB, "%d nodes", nodes)
		for _, volume := range p.Volumes {
			if volume.Role == sizing.RoleRedis {
				require.Equal(t, volume.GiB, l.VolumeGiB, "what is paid for")
				require.GreaterOrEqual(t, volume.Count, l.Pods, "%d nodes", nodes)
			}
		}
	}
}
