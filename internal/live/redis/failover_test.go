//go:build live

package redis_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

const (
	// promised is the design's failover time of Redis.
	promised = 10 * time.Second
	// lossBound is how much of what was acknowledged before the failure may be lost
	// when a process or node dies: replication is asynchronous, and a replica in sync
	// is far less than this behind. (A master that is cut off from the others but not
	// from a client acknowledges writes for up to cluster-node-timeout, 3 s.)
	lossBound = time.Second
)

func TestFailoverAfterKill(t *testing.T) { failover(t, syscall.SIGKILL) }

func TestFailoverAfterFreeze(t *testing.T) { failover(t, syscall.SIGSTOP) }

// failover takes a shard's master away under load and measures the time until a write
// to the shard is acknowledged again, and what was acknowledged and then lost.
func failover(t *testing.T, signal syscall.Signal) {
	c := newCluster(t)
	c.repair()
	client := c.client()
	const tag = "{meeting-1}"
	w := startWriter(client, "gomeet:chat:"+tag)
	time.Sleep(3 * time.Second)

	victim := c.victim(client, tag)
	failed := time.Now()
	require.NoError(t, c.server[victim].Signal(signal))
	back := w.waitForWriteAfter(t, failed)
	w.stop()

	took := back.Sub(failed)
	t.Logf("MEASURED redis failover after %v: writes accepted again after %.1f s (promise: %v)", signal, took.Seconds(), promised)
	require.Less(t, took, promised)

	lost := w.lost(t, failed)
	t.Logf("MEASURED redis loss after %v: %d of %d acknowledged writes", signal, len(lost), len(w.acknowledged))
	for _, at := range lost {
		require.WithinDuration(t, failed, at, lossBound, "a write was lost that was acknowledged long before the failure")
	}

	// The failed master comes back as a replica, without help.
	if signal == syscall.SIGSTOP {
		require.NoError(t, c.server[victim].Signal(syscall.SIGCONT))
	} else {
		c.server[victim].Kill()
		c.start(victim)
	}
	require.Contains(t, c.repair(), "the cluster is healthy")
	require.NotEqual(t, victim, c.victim(c.client(), tag))
}

// LiveKit's Redis client is go-redis with its defaults: it asks who owns which slot
// once a minute, and an address that answers nothing is no reason to ask earlier. So
// what LiveKit sees of a node that is lost without a trace is up to a minute more.
func TestFailoverAsADefaultClientSeesIt(t *testing.T) {
	c := newCluster(t)
	c.repair()
	client := c.clientWith(redis.ClusterOptions{})
	const tag = "{meeting-1}"
	w := startWriter(client, "gomeet:chat:"+tag)
	time.Sleep(3 * time.Second)
	failed := time.Now()
	require.NoError(t, c.server[c.victim(client, tag)].Signal(syscall.SIGKILL))
	back := w.waitForWriteAfter(t, failed)
	w.stop()
	t.Logf("MEASURED redis failover for a client with go-redis' defaults: %.1f s", back.Sub(failed).Seconds())
	require.Less(t, back.Sub(failed), time.Minute+promised)
}
