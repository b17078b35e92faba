//go:build live

package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// writers are clients of the pooler that write one row after the other, each on a
// connection of its own that it replaces when it breaks.
type writers struct {
	n            int
	cancel       context.CancelFunc
	group        sync.WaitGroup
	mutex        sync.Mutex
	acknowledged []ack
}

// ack is a write that the database said it has.
type ack struct {
	writer   int
	id       string
	sent, at time.Time
}

func (c *cluster) startWriters(n int) *writers {
	ctx, cancel := context.WithCancel(context.Background())
	w := &writers{n: n, cancel: cancel}
	for i := range n {
		w.group.Go(func() {
			var conn *pgx.Conn
			for ctx.Err() == nil {
				if conn == nil {
					var err error
					if conn, err = c.connect(ctx); err != nil {
						time.Sleep(100 * time.Millisecond)
						continue
					}
				}
				id, sent := uuid.NewString(), time.Now()
				if _, err := conn.Exec(ctx, "INSERT INTO participants (id, meeting_id) VALUES ($1, $1)", id); err != nil {
					_ = conn.Close(context.Background())
					conn = nil
					continue
				}
				w.mutex.Lock()
				w.acknowledged = append(w.acknowledged, ack{i, id, sent, time.Now()})
				w.mutex.Unlock()
				time.Sleep(20 * time.Millisecond)
			}
			if conn != nil {
				_ = conn.Close(context.Background())
			}
		})
	}
	return w
}

func (w *writers) stop() {
	w.cancel()
	w.group.Wait()
}

// firsts returns, by writer, when its first write was acknowledged of those that it sent
// after a moment. A write that was on its way at that moment does not count.
func (w *writers) firsts(moment time.Time) map[int]time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	firsts := map[int]time.Time{}
	for _, a := range w.acknowledged {
		if _, seen := firsts[a.writer]; !seen && a.sent.After(moment) {
			firsts[a.writer] = a.at
		}
	}
	return firsts
}

func (w *writers) waitForAll(t *testing.T, moment time.Time) {
	t.Helper()
	require.Eventually(t, func() bool { return len(w.firsts(moment)) == w.n }, 2*time.Minute, 20*time.Millisecond,
		"not all clients can write again")
}

func (w *writers) slowest(moment time.Time) (d time.Duration) {
	for _, at := range w.firsts(moment) {
		d = max(d, at.Sub(moment))
	}
	return d
}

func (w *writers) fastest(moment time.Time) time.Duration {
	d := time.Hour
	for _, at := range w.firsts(moment) {
		d = min(d, at.Sub(moment))
	}
	return d
}
