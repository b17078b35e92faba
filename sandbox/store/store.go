package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long Open waits for another process to release the file.
// One second is longer than a killed process needs to vanish, and short enough
// for a person who starts the sandbox twice.
const lockTimeout = time.Second

// Store is an open database file. It is safe for concurrent use; there is one
// writer at a time.
type Store struct {
	db *bolt.DB
}

// Open opens the database in the named file, and makes the file and its directory
// when they are missing. It fails when another process holds the file.
func Open(path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("making the directory of the store %q: %w", path, err)
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("opening the store %q: another process holds it; stop that sandbox first", path)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the store %q: %w", path, err)
	}
	return &Store{db: db}, nil
}

// Close releases the file. It waits for open transactions.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("closing the store: %w", err)
	}
	return nil
}

// View runs f in a read transaction: f sees one moment's content.
func (s *Store) View(f func(*Tx) error) error {
	return s.db.View(func(tx *bolt.Tx) error { return f(&Tx{bolt: tx}) })
}

// Update runs f in a write transaction. It commits and syncs to disk when f
// returns nil, and leaves the content unchanged when f returns an error.
func (s *Store) Update(f func(*Tx) error) error {
	return s.db.Update(func(tx *bolt.Tx) error { return f(&Tx{bolt: tx}) })
}

// Tx is a transaction. It is valid only inside the function it was given to.
type Tx struct {
	bolt *bolt.Tx
}

// sequences is the bucket whose keys are the names given to NextID.
var sequences = []byte("_sequences")

// NextID returns the next number of the named sequence. The first is first; no
// number comes twice, also when what it named has been deleted.
func (tx *Tx) NextID(sequence string, first int) (int, error) {
	top, err := tx.bolt.CreateBucketIfNotExists(sequences)
	if err != nil {
		return 0, fmt.Errorf("numbering %q: %w", sequence, err)
	}
	b, err := top.CreateBucketIfNotExists([]byte(sequence))
	if err != nil {
		return 0, fmt.Errorf("numbering %q: %w", sequence, err)
	}
	n, err := b.NextSequence()
	if err != nil {
		return 0, fmt.Errorf("numbering %q: %w", sequence, err)
	}
	return first + int(n) - 1, nil
}
