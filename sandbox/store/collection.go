package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Collection is a named set of values of one type, each under a string key. The
// zero value is not usable: call NewCollection.
type Collection[T any] struct {
	name string
}

// NewCollection names a collection. Nothing is written until the first Put.
func NewCollection[T any](name string) Collection[T] {
	return Collection[T]{name: name}
}

// A collection is two buckets: rows maps a sequence number to a value, so that
// the order is that of creation; keys maps a key to its sequence number.
var (
	rowsBucket = []byte("rows")
	keysBucket = []byte("keys")
)

// Get returns the value of a key, and whether there is one.
func (c Collection[T]) Get(tx *Tx, key string) (value T, found bool, err error) {
	rows, keys := c.buckets(tx)
	if rows == nil {
		return value, false, nil
	}
	seq := keys.Get([]byte(key))
	if seq == nil {
		return value, false, nil
	}
	if err := json.Unmarshal(rows.Get(seq), &value); err != nil {
		return value, false, fmt.Errorf("reading %s %q: %w", c.name, key, err)
	}
	return value, true, nil
}

// Put stores a value under a key. A new key goes to the end of the collection's
// order, a known one keeps its place.
func (c Collection[T]) Put(tx *Tx, key string, value T) error {
	top, err := tx.bolt.CreateBucketIfNotExists([]byte(c.name))
	if err != nil {
		return fmt.Errorf("writing %s %q: %w", c.name, key, err)
	}
	rows, err := top.CreateBucketIfNotExists(rowsBucket)
	if err != nil {
		return fmt.Errorf("writing %s %q: %w", c.name, key, err)
	}
	keys, err := top.CreateBucketIfNotExists(keysBucket)
	if err != nil {
		return fmt.Errorf("writing %s %q: %w", c.name, key, err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding %s %q: %w", c.name, key, err)
	}
	seq := append([]byte(nil), keys.Get([]byte(key))...)
	if len(seq) == 0 {
		n, err := rows.NextSequence()
		if err != nil {
			return fmt.Errorf("writing %s %q: %w", c.name, key, err)
		}
		seq = binary.BigEndian.AppendUint64(nil, n)
		if err := keys.Put([]byte(key), seq); err != nil {
			return fmt.Errorf("writing %s %q: %w", c.name, key, err)
		}
	}
	if err := rows.Put(seq, data); err != nil {
		return fmt.Errorf("writing %s %q: %w", c.name, key, err)
	}
	return nil
}

// Delete removes a key. It is no error when there is no such key.
func (c Collection[T]) Delete(tx *Tx, key string) error {
	rows, keys := c.buckets(tx)
	if rows == nil {
		return nil
	}
	seq := append([]byte(nil), keys.Get([]byte(key))...)
	if len(seq) == 0 {
		return nil
	}
	if err := rows.Delete(seq); err != nil {
		return fmt.Errorf("deleting %s %q: %w", c.name, key, err)
	}
	if err := keys.Delete([]byte(key)); err != nil {
		return fmt.Errorf("deleting %s %q: %w", c.name, key, err)
	}
	return nil
}

// List returns every value, in the order in which their keys were first put.
func (c Collection[T]) List(tx *Tx) ([]T, error) {
	rows, _ := c.buckets(tx)
	if rows == nil {
		return nil, nil
	}
	var values []T
	err := rows.ForEach(func(_, data []byte) error {
		var value T
		if err := json.Unmarshal(data, &value); err != nil {
			return err
		}
		values = append(values, value)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", c.name, err)
	}
	return values, nil
}

func (c Collection[T]) buckets(tx *Tx) (rows, keys *bolt.Bucket) {
	top := tx.bolt.Bucket([]byte(c.name))
	if top == nil {
		return nil, nil
	}
	return top.Bucket(rowsBucket), top.Bucket(keysBucket)
}
