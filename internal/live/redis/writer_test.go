//go:build live

package redis_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

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
