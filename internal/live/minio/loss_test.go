//go:build live

package minio_test

import (
	"context"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"
)

// One server is lost under load: the others go on with reads and writes, and lose nothing.
// What it missed is on its drive soon after it is back.
func TestOneServerLost(t *testing.T) {
	s := newStore(t)
	s.setup()
	l := s.startLoad("load", 1, 2, 3)
	l.waitForAll(t, time.Now())

	lost := time.Now()
	s.server[0].Kill()
	gone := time.Now()
	l.waitForAll(t, gone)
	time.Sleep(5 * time.Second)
	l.stop()
	after := func(all []operation) (n int) {
		for _, o := range all {
			if o.at.After(lost) {
				n++
			}
		}
		return n
	}
	t.Logf("MEASURED object store, one server lost: longest write and read %.1f s, %d of %d operations refused",
		l.longest(lost).Seconds(), after(l.refused), after(l.refused)+after(l.done))
	for i := 1; i < nodes; i++ {
		s.requireWhole(t, i, l.keys())
	}

	// Clients come when it has found the others: before, it says "no such key" of what it
	// missed.
	began := time.Now()
	s.start(0)
	s.waitUntilReady(0)
	s.requireWhole(t, 0, l.keys())
	t.Logf("MEASURED object store: the lost server is ready %.1f s after its start, and serves all objects", time.Since(began).Seconds())
	require.Eventually(t, func() bool { return len(s.missing(0, l.keys())) == 0 }, wait, tick, "the server that was away lacks objects")
	t.Logf("MEASURED object store: what a lost server missed is back on its drive after %.1f s", time.Since(began).Seconds())
}

// Two of four are lost: every object can be read, and nothing can be written. What was
// acknowledged stays, and a refused write leaves nothing or the whole object.
func TestTwoServersLost(t *testing.T) {
	s, ctx := newStore(t), context.Background()
	s.setup()
	l := s.startLoad("load", 0, 1)
	l.waitForAll(t, time.Now())
	s.server[2].Kill()
	l.waitForAll(t, time.Now())
	s.server[3].Kill()
	lost := time.Now()
	time.Sleep(15 * time.Second)
	l.stop()
	for _, o := range l.done {
		require.False(t, o.sent.After(lost), "%s was written to two drives of four", o.key)
	}
	require.NotEmpty(t, l.refused)
	t.Logf("MEASURED object store, two servers lost: %d writes kept, %d refused, the slowest after %.1f s: %v",
		len(l.done), len(l.refused), l.longest(lost).Seconds(), l.refused[len(l.refused)-1].err)
	for i := range 2 {
		s.requireWhole(t, i, l.keys())
		err := write(ctx, s.recorder(i), "refused", content("refused"))
		require.Equal(t, 503, minio.ToErrorResponse(err).StatusCode, "a write with two servers lost: %v", err)
	}

	// Three are enough: what is ready takes writes, and those that stayed do when they have
	// found it.
	began := time.Now()
	for _, back := range []int{2, 3} {
		s.start(back)
		s.waitUntilReady(back)
		require.NoError(t, write(ctx, s.recorder(back), "again", content("again")))
		for i := range 2 {
			client := s.recorder(i)
			require.Eventually(t, func() bool { return write(ctx, client, "again", content("again")) == nil }, wait, tick, "server %d", i)
		}
		t.Logf("MEASURED object store: with server %d back, writes are taken again everywhere %.1f s after the start of the first", back, time.Since(began).Seconds())
	}
	for i := range nodes {
		s.requireWhole(t, i, l.keys())
		for _, o := range l.refused {
			if _, err := s.recorder(i).StatObject(ctx, "recordings", o.key, minio.StatObjectOptions{}); err == nil {
				require.NoError(t, whole(ctx, s.recorder(i), o.key), "a refused write left a part")
			} else {
				require.Equal(t, "NoSuchKey", minio.ToErrorResponse(err).Code, "%s: %v", o.key, err)
			}
		}
	}
}
