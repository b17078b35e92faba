//go:build live

package redis_test

import (
	"context"
	"fmt"
	"sync"
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
	client := c.clientReloading(0)
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

// writer writes one key after the other to one shard and notes what is acknowledged.
type writer struct {
	client       *redis.ClusterClient
	prefix       string
	cancel       context.CancelFunc
	done         chan struct{}
	mutex        sync.Mutex
	acknowledged []ack
}

// ack is an acknowledged write: when it was sent and when it was acknowledged.
type ack struct {
	key      string
	sent, at time.Time
}

func startWriter(client *redis.ClusterClient, prefix string) *writer {
	ctx, cancel := context.WithCancel(context.Background())
	w := &writer{client: client, prefix: prefix, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for n := 0; ctx.Err() == nil; n++ {
			key, sent := fmt.Sprintf("%s:%d", prefix, n), time.Now()
			// A deadline of its own: without one the client's retries against a frozen
			// node keep a write waiting for 8 s.
			write, stop := context.WithTimeout(ctx, time.Second)
			err := client.Set(write, key, n, 0).Err()
			stop()
			if err == nil {
				w.mutex.Lock()
				w.acknowledged = append(w.acknowledged, ack{key, sent, time.Now()})
				w.mutex.Unlock()
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	return w
}

func (w *writer) stop() {
	w.cancel()
	<-w.done
}

// waitForWriteAfter returns when the first write that was sent after a moment was
// acknowledged.
func (w *writer) waitForWriteAfter(t *testing.T, moment time.Time) time.Time {
	t.Helper()
	var at time.Time
	require.Eventually(t, func() bool {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		last := w.acknowledged[len(w.acknowledged)-1]
		for i := len(w.acknowledged) - 1; i >= 0 && w.acknowledged[i].sent.After(moment); i-- {
			at = w.acknowledged[i].at
		}
		return last.sent.After(moment)
	}, 90*time.Second, 10*time.Millisecond, "no write was accepted")
	return at
}

// lost returns when those writes were acknowledged that are gone.
func (w *writer) lost(t *testing.T, failed time.Time) []time.Time {
	t.Helper()
	require.NotEmpty(t, w.acknowledged)
	require.True(t, w.acknowledged[0].at.Before(failed), "nothing was written before the failure")
	var gone []time.Time
	for _, a := range w.acknowledged {
		switch err := w.client.Get(context.Background(), a.key).Err(); err {
		case nil:
		case redis.Nil:
			gone = append(gone, a.at)
		default:
			require.NoError(t, err)
		}
	}
	return gone
}
