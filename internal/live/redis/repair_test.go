//go:build live

package redis_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

func TestRepairChangesNothingInAHealthyCluster(t *testing.T) {
	c := newCluster(t)
	require.Contains(t, c.repair(), "creating the cluster")
	again := c.repair()
	require.NotContains(t, again, "creating")
	require.NotContains(t, again, "repairing")
	require.Contains(t, again, "the cluster is healthy: 6 nodes, 16384 slots")
}

// Every pod is rescheduled at once: all have new addresses, and know only the old ones.
func TestRepairAfterAllAddressesChanged(t *testing.T) {
	c := newCluster(t)
	c.repair()
	write(t, c, 200)
	for i := range nodes {
		c.server[i].Stop()
	}
	c.network = 2
	for i := range nodes {
		c.start(i)
	}
	began := time.Now()
	require.Contains(t, c.repair(), "repairing the cluster")
	t.Logf("MEASURED redis repair after all addresses changed: %.1f s", time.Since(began).Seconds())
	require.Equal(t, 200, read(t, c, 200), "rows after the repair")
}

// A node lost its volume: it comes back with a new identity, and nobody's replica.
func TestRepairAdoptsAnEmptyNode(t *testing.T) {
	c := newCluster(t)
	c.repair()
	write(t, c, 200)
	c.server[nodes-1].Kill()
	require.NoError(t, os.RemoveAll(c.dir(nodes-1)))
	require.NoError(t, os.Mkdir(c.dir(nodes-1), 0o755))
	time.Sleep(5 * time.Second) // the others notice: node timeout and agreement
	c.start(nodes - 1)
	out := c.repair()
	require.Contains(t, out, "a replica of")
	require.Contains(t, out, "which is gone")
	require.Equal(t, 200, read(t, c, 200))
}

// A shard whose master and replica are both gone is lost data: the script must say so
// and not hand its slots to somebody else.
func TestRepairRefusesToHideLostData(t *testing.T) {
	c := newCluster(t)
	c.repair()
	client := c.client()
	victim := c.victim(client, "{meeting-1}")
	replica := c.replicaOf(victim)
	for _, i := range []int{victim, replica} {
		c.server[i].Kill()
		require.NoError(t, os.RemoveAll(c.dir(i)))
		require.NoError(t, os.Mkdir(c.dir(i), 0o755))
	}
	time.Sleep(5 * time.Second)
	c.start(victim)
	c.start(replica)
	out, err := process.Script(c.env("REDIS_WAIT=10"), c.path("redis-cluster.sh"))
	require.Error(t, err, out)
	require.Contains(t, out, "docs/recovery.md")
}

func key(i int) string { return fmt.Sprintf("gomeet:rooms:{%d}", i) }

func write(t *testing.T, c *cluster, n int) {
	t.Helper()
	client := c.client()
	for i := range n {
		require.NoError(t, client.Set(context.Background(), key(i), i, 0).Err())
	}
}

// read counts the keys that have their value.
func read(t *testing.T, c *cluster, n int) (found int) {
	t.Helper()
	client := c.client()
	for i := range n {
		if got, err := client.Get(context.Background(), key(i)).Int(); err == nil && got == i {
			found++
		}
	}
	return found
}
