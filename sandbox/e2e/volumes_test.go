package e2e_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// drive is what holds the data of a pod: a volume of the account, which the pod's claim
// is bound to, at a node of the pod's pool.
type drive struct{ role, class, size, volume string }

// drives returns those of the data tier, by claim. Every claim is bound, to a volume that
// the account has, and no volume has two.
func (c *cluster) drives(t *testing.T, do cloud) map[string]drive {
	t.Helper()
	ctx := context.Background()
	pods, err := c.client.CoreV1().Pods("data").List(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	drives, owner := map[string]drive{}, map[string]string{}
	for _, pod := range pods.Items {
		for _, v := range pod.Spec.Volumes {
			if v.PersistentVolumeClaim == nil {
				continue
			}
			name := v.PersistentVolumeClaim.ClaimName
			claim, err := c.client.CoreV1().PersistentVolumeClaims("data").Get(ctx, name, metav1.GetOptions{})
			require.NoError(t, err)
			require.Equal(t, corev1.ClaimBound, claim.Status.Phase, name)
			volume, err := c.client.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
			require.NoError(t, err)
			require.Equal(t, corev1.VolumeBound, volume.Status.Phase, name)
			require.Equal(t, name, volume.Spec.ClaimRef.Name)
			handle := volume.Spec.CSI.VolumeHandle
			require.Empty(t, owner[handle], "volume of %s", name)
			owner[handle] = name
			_, _, err = do.Storage.GetVolume(ctx, handle)
			require.NoError(t, err, "volume of %s", name)
			drives[name] = drive{c.role(pod.Spec.NodeName), *claim.Spec.StorageClassName, volume.Spec.Capacity.Storage().String(), handle}
		}
	}
	return drives
}

// proveVolumes requires that every member has the design's volume, of the class that
// outlives it, at a node of its own pool. It returns what each claim is bound to.
func proveVolumes(t *testing.T, clusters []*cluster, do cloud) map[string]drive {
	want := map[string]drive{
		"postgres": {role: "pg", class: "do-block-storage-retain", size: "1000Gi"},
		"redis":    {role: "redis", class: "do-block-storage-retain", size: "200Gi"},
	}
	all, members := map[string]drive{}, map[string]int{}
	for _, c := range clusters {
		drives := c.drives(t, do)
		for app, has := range want {
			for i := range 6 {
				claim := fmt.Sprintf("data-%s-%d", app, i)
				d, exists := drives[claim]
				if !exists {
					continue
				}
				all[c.site+" "+claim] = d
				members[app]++
				d.volume = ""
				require.Equal(t, has, d, "%s at %s", claim, c.site)
				delete(drives, claim)
			}
		}
		require.Empty(t, drives, "volumes at %s that nobody expects", c.site)
	}
	require.Equal(t, map[string]int{"postgres": 3, "redis": 6}, members, "volumes of members")
	return all
}
