package store_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/store"
)

type thing struct {
	Name string
	Size int
}

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestCollectionKeepsCreationOrder(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "sub", "state.db"))
	things := store.NewCollection[thing]("things")
	require.NoError(t, s.Update(func(tx *store.Tx) error {
		for _, key := range []string{"z", "a", "m"} {
			if err := things.Put(tx, key, thing{Name: key}); err != nil {
				return err
			}
		}
		return things.Put(tx, "z", thing{Name: "z", Size: 2})
	}))
	require.NoError(t, s.Update(func(tx *store.Tx) error { return things.Delete(tx, "a") }))
	require.NoError(t, s.Update(func(tx *store.Tx) error { return things.Put(tx, "a", thing{Name: "a"}) }))
	require.NoError(t, s.View(func(tx *store.Tx) error {
		list, err := things.List(tx)
		require.NoError(t, err)
		require.Equal(t, []thing{{"z", 2}, {"m", 0}, {"a", 0}}, list)
		got, found, err := things.Get(tx, "z")
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, 2, got.Size)
		_, found, err = things.Get(tx, "none")
		require.NoError(t, err)
		require.False(t, found)
		return nil
	}))
}

func TestEmptyCollection(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	things := store.NewCollection[thing]("things")
	require.NoError(t, s.Update(func(tx *store.Tx) error {
		list, err := things.List(tx)
		require.NoError(t, err)
		require.Empty(t, list)
		return things.Delete(tx, "none")
	}))
}

func TestFailedUpdateChangesNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	things := store.NewCollection[thing]("things")
	boom := errors.New("boom")
	err := s.Update(func(tx *store.Tx) error {
		require.NoError(t, things.Put(tx, "a", thing{}))
		return boom
	})
	require.ErrorIs(t, err, boom)
	require.NoError(t, s.View(func(tx *store.Tx) error {
		_, found, err := things.Get(tx, "a")
		require.False(t, found)
		return err
	}))
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	things := store.NewCollection[thing]("things")
	first := open(t, path)
	next := func(s *store.Store) (id int) {
		require.NoError(t, s.Update(func(tx *store.Tx) (err error) {
			id, err = tx.NextID("droplets", 100)
			return err
		}))
		return id
	}
	require.Equal(t, 100, next(first))
	require.Equal(t, 101, next(first))
	require.NoError(t, first.Update(func(tx *store.Tx) error { return things.Put(tx, "a", thing{Size: 7}) }))

	_, err := store.Open(path)
	require.ErrorContains(t, err, "another process holds it")

	require.NoError(t, first.Close())
	second := open(t, path)
	require.Equal(t, 102, next(second))
	require.NoError(t, second.View(func(tx *store.Tx) error {
		got, _, err := things.Get(tx, "a")
		require.Equal(t, 7, got.Size)
		return err
	}))
}
