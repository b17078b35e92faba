package spaces

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/johannesboyne/gofakes3"
	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long to wait for another process to release the file: longer
// than a killed process needs to vanish, and short for a person who waits.
const lockTimeout = time.Second

// The tables of the file. Contents are apart from what describes them, so that a
// listing does not read them.
var (
	bucketTable  = []byte("buckets")  // bucket name -> bucket
	objectTable  = []byte("objects")  // bucket name -> table: versionKey -> version
	contentTable = []byte("contents") // content id -> bytes
	uploadTable  = []byte("uploads")  // upload id -> upload
	partTable    = []byte("parts")    // upload id -> table: part number -> part
)

// storage is the file with every bucket. It is gofakes3's backend.
type storage struct {
	db  *bolt.DB
	now func() time.Time
}

var (
	_ gofakes3.Backend          = (*storage)(nil)
	_ gofakes3.VersionedBackend = (*storage)(nil)
	_ gofakes3.MultipartBackend = (*storage)(nil)
)

func openStorage(file string, now func() time.Time) (*storage, error) {
	db, err := bolt.Open(file, 0o600, &bolt.Options{Timeout: lockTimeout})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%s is in use by another process: stop that sandbox first", file)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", file, err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketTable, objectTable, contentTable, uploadTable, partTable} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("preparing %s: %w", file, err), db.Close())
	}
	return &storage{db: db, now: now}, nil
}

// Close closes the file.
func (s *storage) Close() error { return s.db.Close() }

// bucketRecord is what a bucket is apart from its objects.
type bucketRecord struct {
	Name    string
	Region  string
	Created time.Time
	// Public is whether the canned ACL is public-read rather than private.
	Public     bool
	Versioning gofakes3.VersioningStatus
	// Documents are the configuration documents by subresource, such as "cors".
	Documents map[string][]byte `json:",omitempty"`
}

// bucket returns a bucket, with S3's error when there is none.
func (s *storage) bucket(name string) (b bucketRecord, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		b, err = readBucket(tx, name)
		return err
	})
	return b, err
}

// Buckets implements Storage.
func (s *storage) Buckets() ([]Bucket, error) {
	records, err := s.buckets()
	list := make([]Bucket, len(records))
	for i, b := range records {
		list[i] = Bucket{Name: b.Name, Region: b.Region, Created: b.Created}
	}
	return list, err
}

// buckets returns all buckets, sorted by name.
func (s *storage) buckets() (all []bucketRecord, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketTable).ForEach(func(_, data []byte) error {
			var b bucketRecord
			if err := json.Unmarshal(data, &b); err != nil {
				return err
			}
			all = append(all, b)
			return nil
		})
	})
	return all, err
}

// changeBucket changes a bucket in one transaction.
func (s *storage) changeBucket(name string, change func(*bucketRecord)) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		b, err := readBucket(tx, name)
		if err != nil {
			return err
		}
		change(&b)
		return put(tx.Bucket(bucketTable), []byte(name), b)
	})
}

// createBucket makes a bucket; the error is BucketAlreadyExists when there is one.
func (s *storage) createBucket(b bucketRecord) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		if tx.Bucket(bucketTable).Get([]byte(b.Name)) != nil {
			return gofakes3.ResourceError(gofakes3.ErrBucketAlreadyExists, b.Name)
		}
		if _, err := tx.Bucket(objectTable).CreateBucket([]byte(b.Name)); err != nil {
			return err
		}
		b.Created = s.now().UTC()
		return put(tx.Bucket(bucketTable), []byte(b.Name), b)
	})
}

func readBucket(tx *bolt.Tx, name string) (b bucketRecord, err error) {
	data := tx.Bucket(bucketTable).Get([]byte(name))
	if data == nil {
		return b, gofakes3.BucketNotFound(name)
	}
	err = json.Unmarshal(data, &b)
	return b, err
}

// objectsOf returns the table of a bucket's versions.
func objectsOf(tx *bolt.Tx, name string) (*bolt.Bucket, error) {
	table := tx.Bucket(objectTable).Bucket([]byte(name))
	if table == nil {
		return nil, gofakes3.BucketNotFound(name)
	}
	return table, nil
}

func put(table *bolt.Bucket, key []byte, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return table.Put(key, data)
}

// addContent stores bytes and returns their id.
func addContent(tx *bolt.Tx, data []byte) (uint64, error) {
	table := tx.Bucket(contentTable)
	id, err := table.NextSequence()
	if err != nil {
		return 0, err
	}
	return id, table.Put(number(id), data)
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
