//go:build live

package postgres_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// promised is the design's failover time of the database.
const promised = 30 * time.Second

// A primary and its Patroni vanish, as with a lost node.
func TestFailoverAfterKill(t *testing.T) {
	failover(t, 20, func(m *member) { m.kill() }, nil)
}

// A primary and its Patroni freeze: connections stay open, and nothing answers. Later
// they wake up and believe for a moment that nothing happened.
//
// Few clients are the hard case: the pooler keeps more connections to the old primary
// (min_pool_size 20) than clients would use up, if nobody told it to drop them.
func TestFailoverAfterFreeze(t *testing.T) {
	var frozen []int
	failover(t, 3, func(m *member) {
		frozen = m.pids()
		process.SignalAll(frozen, syscall.SIGSTOP)
	}, func() { process.SignalAll(frozen, syscall.SIGCONT) })
}

// failover takes the primary away under load, measures the time until the pooler's
// clients can write again, and requires that nothing acknowledged is lost. With wake,
// the old primary comes back as it was; without, it is started anew.
func failover(t *testing.T, writers int, takeAway func(*member), wake func()) {
	c := newCluster(t, 3)
	w := c.startWriters(writers)
	time.Sleep(3 * time.Second)

	old := c.primary()
	takeAway(old) // within milliseconds; until then the old primary acknowledges
	failed := time.Now()
	w.waitForAll(t, failed)
	took := w.slowest(failed)
	t.Logf("MEASURED postgresql failover: first of %d clients wrote again after %.1f s, last after %.1f s (promise: %v)",
		writers, w.fastest(failed).Seconds(), took.Seconds(), promised)
	require.Less(t, took, promised)
	require.NotEqual(t, old.name, c.primary().name)

	if wake != nil {
		wake()
	} else {
		c.start(old)
	}
	time.Sleep(5 * time.Second)
	w.stop()
	c.waitUntilWhole() // the old primary follows the new one, without help

	db := c.superuser(t, c.primary().port)
	rows, err := db.Query(context.Background(), "SELECT id::text FROM participants")
	require.NoError(t, err)
	kept := map[string]bool{}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for _, id := range ids {
		kept[id] = true
	}
	lost := 0
	for _, a := range w.acknowledged {
		if !kept[a.id] {
			lost++
		}
	}
	t.Logf("MEASURED postgresql loss: %d of %d acknowledged writes", lost, len(w.acknowledged))
	require.Zero(t, lost, "synchronous replication promises that no acknowledged write is lost")
}
