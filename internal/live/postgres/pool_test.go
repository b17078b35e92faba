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

// All the clients that one pooler admits write, and PostgreSQL sees no more connections
// than the pooler's share of its 500.
func TestPoolerServes2000Clients(t *testing.T) {
	const clients, writes, share = 2000, 5, 130
	c, ctx := newCluster(t, 1), context.Background()
	db := c.superuser(t, c.primary().port)

	conns := make([]*pgx.Conn, clients)
	began := time.Now()
	parallel(clients, 50, func(i int) {
		conn, err := c.connect(ctx)
		if err != nil {
			t.Errorf("client %d: %v", i, err)
			return
		}
		conns[i] = conn
	})
	if t.Failed() {
		return
	}
	t.Logf("MEASURED pgbouncer: %d clients logged in within %.1f s", clients, time.Since(began).Seconds())

	most, done := 0, make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			var n int
			if err := db.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'gomeet_api'").Scan(&n); err != nil {
				t.Errorf("counting connections: %v", err)
				return
			}
			most = max(most, n)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	began = time.Now()
	parallel(clients, clients, func(i int) {
		for range writes {
			if _, err := conns[i].Exec(ctx, "INSERT INTO participants (id, meeting_id) VALUES ($1, $2)", uuid.NewString(), uuid.NewString()); err != nil {
				t.Errorf("client %d: %v", i, err)
				return
			}
		}
	})
	took := time.Since(began)
	close(done)
	watch.Wait()
	t.Logf("MEASURED pgbouncer: %d writes of %d clients in %.1f s over at most %d server connections (share: %d of 500)",
		clients*writes, clients, took.Seconds(), most, share)
	require.Greater(t, most, 1, "the clients did not share the pool")
	require.LessOrEqual(t, most, share)

	var rows int
	require.NoError(t, db.QueryRow(ctx, "SELECT count(*) FROM participants").Scan(&rows))
	require.Equal(t, clients*writes, rows)

	// One more is turned away, at once and by name.
	_, err := c.connect(ctx)
	require.ErrorContains(t, err, "no more connections allowed")
	parallel(clients, 50, func(i int) { _ = conns[i].Close(ctx) })
}

// parallel calls f for 0 to n-1, some at a time.
func parallel(n, atOnce int, f func(i int)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	group.Wait()
}
