package spaces

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/johannesboyne/gofakes3"
	bolt "go.etcd.io/bbolt"
)

// nullVersion is the ID of the version that an unversioned or suspended bucket
// writes. gofakes3 keeps the word to itself in a query, so the front handler sends
// nullAlias instead.
const nullVersion, nullAlias = "null", "NULL"

// version is one version of an object, or a delete marker.
type version struct {
	Key string
	// ID is nullVersion or a unique string.
	ID       string
	Marker   bool `json:",omitempty"`
	Modified time.Time
	Size     int64
	Hash     []byte            `json:",omitempty"` // MD5
	Headers  map[string]string `json:",omitempty"`
	// Public is whether the object's canned ACL is public-read.
	Public  bool   `json:",omitempty"`
	Content uint64 `json:",omitempty"`
	// Seq orders the versions of a key.
	Seq uint64
}

// versionKey sorts by object key, and the newest version of a key first. A NUL
// sorts before everything that can follow in a longer key.
func versionKey(key string, seq uint64) []byte {
	return append(keyPrefix(key), number(^seq)...)
}

func keyPrefix(key string) []byte { return append([]byte(key), 0) }

// versionsOf returns the versions of one key, the newest first.
func versionsOf(table *bolt.Bucket, key string) (all []version, err error) {
	prefix := keyPrefix(key)
	cursor := table.Cursor()
	for k, data := cursor.Seek(prefix); bytes.HasPrefix(k, prefix); k, data = cursor.Next() {
		var v version
		if err := json.Unmarshal(data, &v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// find returns the version with an ID, or the newest for the ID "".
func find(table *bolt.Bucket, key, id string) (*version, error) {
	all, err := versionsOf(table, key)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if id == "" || all[i].ID == id || id == nullAlias && all[i].ID == nullVersion {
			return &all[i], nil
		}
	}
	return nil, nil
}

// addVersion stores v as the newest version of its key, as the bucket's versioning
// wants: with an ID of its own, or in the place of the null version.
func addVersion(tx *bolt.Tx, b bucketRecord, v version) (version, error) {
	table, err := objectsOf(tx, b.Name)
	if err != nil {
		return v, err
	}
	v.ID = nullVersion
	if b.Versioning == gofakes3.VersioningEnabled {
		v.ID = newID()
	} else if err := removeVersion(tx, table, v.Key, nullVersion); err != nil {
		return v, err
	}
	if v.Seq, err = table.NextSequence(); err != nil {
		return v, err
	}
	return v, put(table, versionKey(v.Key, v.Seq), v)
}

// removeVersion deletes one version for good. It is no error when it is not there.
func removeVersion(tx *bolt.Tx, table *bolt.Bucket, key, id string) error {
	v, err := find(table, key, id)
	if err != nil || v == nil {
		return err
	}
	if v.Content != 0 {
		if err := tx.Bucket(contentTable).Delete(number(v.Content)); err != nil {
			return err
		}
	}
	return table.Delete(versionKey(key, v.Seq))
}

// remove is a DELETE without a version: it adds a delete marker, or deletes the
// object when the bucket has never been versioned.
func remove(tx *bolt.Tx, b bucketRecord, key string, now time.Time) (result gofakes3.ObjectDeleteResult, err error) {
	table, err := objectsOf(tx, b.Name)
	if err != nil {
		return result, err
	}
	if b.Versioning == gofakes3.VersioningNone {
		return result, removeVersion(tx, table, key, nullVersion)
	}
	marker, err := addVersion(tx, b, version{Key: key, Marker: true, Modified: now.UTC()})
	return gofakes3.ObjectDeleteResult{IsDeleteMarker: true, VersionID: gofakes3.VersionID(marker.ID)}, err
}

// removeForGood is a DELETE of one version.
func removeForGood(tx *bolt.Tx, b bucketRecord, key, id string) (result gofakes3.ObjectDeleteResult, err error) {
	table, err := objectsOf(tx, b.Name)
	if err != nil {
		return result, err
	}
	v, err := find(table, key, id)
	if err != nil || v == nil {
		return result, err
	}
	result = gofakes3.ObjectDeleteResult{IsDeleteMarker: v.Marker, VersionID: gofakes3.VersionID(v.ID)}
	return result, removeVersion(tx, table, key, v.ID)
}
