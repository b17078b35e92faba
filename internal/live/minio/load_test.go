//go:build live

package minio_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"
)

const (
	// wait bounds what must happen, tick is how often one looks.
	wait, tick = 2 * time.Minute, 50 * time.Millisecond
	// objectBytes is large enough to be spread over the drives as data: MinIO keeps what is
	// smaller than 128 KiB with its metadata.
	objectBytes = 512 << 10
)

// content is what the object of a key holds, and what shows that it is whole.
func content(key string) string {
	text := make([]byte, objectBytes)
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte(key))).Read(text)
	return string(text)
}

// load is recorders, one at each server given, that write one object after the other and
// read it back. None tries anything twice.
type load struct {
	servers []int
	cancel  context.CancelFunc
	group   sync.WaitGroup
	mutex   sync.Mutex
	done    []operation
	refused []operation
}

// operation is a write and the read after it.
type operation struct {
	server   int
	key      string
	sent, at time.Time
	err      error
}

func (s *store) startLoad(name string, servers ...int) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{servers: servers, cancel: cancel}
	for _, i := range servers {
		client := s.recorder(i)
		l.group.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				o := operation{server: i, key: fmt.Sprintf("%s/%d/%04d", name, i, n), sent: time.Now()}
				o.err = roundTrip(client, o.key)
				o.at = time.Now()
				l.mutex.Lock()
				if o.err == nil {
					l.done = append(l.done, o)
				} else {
					l.refused = append(l.refused, o)
				}
				l.mutex.Unlock()
				time.Sleep(50 * time.Millisecond)
			}
		})
	}
	return l
}

func roundTrip(client *minio.Client, key string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := write(ctx, client, key, content(key)); err != nil {
		return fmt.Errorf("writing %s: %w", key, err)
	}
	return whole(ctx, client, key)
}

// whole says what is wrong with an object.
func whole(ctx context.Context, client *minio.Client, key string) error {
	text, err := read(ctx, client, key)
	if err != nil {
		return fmt.Errorf("reading %s: %w", key, err)
	}
	if text != content(key) {
		return fmt.Errorf("%s is another than was written", key)
	}
	return nil
}

func (l *load) stop() {
	l.cancel()
	l.group.Wait()
}

// firsts returns, by server, when the first write was acknowledged that was sent after a
// moment.
func (l *load) firsts(moment time.Time) map[int]time.Time {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	firsts := map[int]time.Time{}
	for _, o := range l.done {
		if _, seen := firsts[o.server]; !seen && o.sent.After(moment) {
			firsts[o.server] = o.at
		}
	}
	return firsts
}

func (l *load) waitForAll(t *testing.T, moment time.Time) {
	t.Helper()
	require.Eventually(t, func() bool { return len(l.firsts(moment)) == len(l.servers) }, wait, tick, "not all servers take writes")
}

// longest is the slowest operation that went on at a moment or began after it.
func (l *load) longest(moment time.Time) (d time.Duration) {
	for _, o := range append(append([]operation{}, l.done...), l.refused...) {
		if o.at.After(moment) {
			d = max(d, o.at.Sub(o.sent))
		}
	}
	return d
}

// keys are those of the acknowledged writes.
func (l *load) keys() (keys []string) {
	for _, o := range l.done {
		keys = append(keys, o.key)
	}
	return keys
}

// requireWhole reads every object from a server.
func (s *store) requireWhole(t *testing.T, server int, keys []string) {
	t.Helper()
	require.NotEmpty(t, keys)
	client := s.recorder(server)
	for _, key := range keys {
		require.NoError(t, whole(context.Background(), client, key), "from server %d", server)
	}
}
