package spaces

import (
	"github.com/johannesboyne/gofakes3"
	bolt "go.etcd.io/bbolt"
)

// DeleteObject implements gofakes3.Backend.
func (s *storage) DeleteObject(bucket, key string) (result gofakes3.ObjectDeleteResult, err error) {
	err = s.inBucket(bucket, func(tx *bolt.Tx, b bucketRecord) error {
		result, err = remove(tx, b, key, s.now())
		return err
	})
	return result, err
}

// DeleteObjectVersion implements gofakes3.VersionedBackend.
func (s *storage) DeleteObjectVersion(bucket, key string, id gofakes3.VersionID) (result gofakes3.ObjectDeleteResult, err error) {
	err = s.inBucket(bucket, func(tx *bolt.Tx, b bucketRecord) error {
		result, err = removeForGood(tx, b, key, string(id))
		return err
	})
	return result, err
}

// DeleteMulti implements gofakes3.Backend.
func (s *storage) DeleteMulti(bucket string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	ids := make([]gofakes3.ObjectID, len(keys))
	for i, key := range keys {
		ids[i].Key = key
	}
	return s.DeleteMultiVersions(bucket, ids...)
}

// DeleteMultiVersions implements gofakes3.VersionedBackend. All of them go, or
// none and the request fails.
func (s *storage) DeleteMultiVersions(bucket string, ids ...gofakes3.ObjectID) (result gofakes3.MultiDeleteResult, err error) {
	err = s.inBucket(bucket, func(tx *bolt.Tx, b bucketRecord) error {
		for _, id := range ids {
			if id.VersionID == "" {
				_, err = remove(tx, b, id.Key, s.now())
			} else {
				_, err = removeForGood(tx, b, id.Key, id.VersionID)
			}
			if err != nil {
				return err
			}
			result.Deleted = append(result.Deleted, id)
		}
		return nil
	})
	return result, err
}

// VersioningConfiguration implements gofakes3.VersionedBackend.
func (s *storage) VersioningConfiguration(bucket string) (gofakes3.VersioningConfiguration, error) {
	b, err := s.bucket(bucket)
	return gofakes3.VersioningConfiguration{Status: b.Versioning}, err
}

// SetVersioningConfiguration implements gofakes3.VersionedBackend. Spaces has no
// deletion by a second factor.
func (s *storage) SetVersioningConfiguration(bucket string, config gofakes3.VersioningConfiguration) error {
	if config.MFADelete.Enabled() {
		return gofakes3.ErrNotImplemented
	}
	if config.Status == gofakes3.VersioningNone {
		return gofakes3.ErrorMessage(gofakes3.ErrMalformedXML, "Status is missing, want Enabled or Suspended.")
	}
	return s.changeBucket(bucket, func(b *bucketRecord) { b.Versioning = config.Status })
}

func (s *storage) inBucket(name string, work func(*bolt.Tx, bucketRecord) error) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		b, err := readBucket(tx, name)
		if err != nil {
			return err
		}
		return work(tx, b)
	})
}
