package spaces

import (
	"crypto/md5"
	"io"
	"maps"
	"strings"

	"github.com/johannesboyne/gofakes3"
	bolt "go.etcd.io/bbolt"
)

// keptHeader marks a header that gofakes3 would drop: the front handler puts it in
// front of the name, and the backend takes it off again.
const keptHeader = "X-Amz-Kept-"

// storedHeaders are the headers of a PUT that a GET gives back, apart from
// x-amz-meta-*. What else gofakes3 hands over belongs to the request only.
var storedHeaders = map[string]bool{
	"Content-Type": true, "Content-Disposition": true, "Content-Encoding": true, "Last-Modified": true,
	"Cache-Control": true, "Content-Language": true, "Expires": true,
	"X-Amz-Website-Redirect-Location": true,
}

// sortHeaders returns the headers to store, and whether the object is public.
func sortHeaders(all map[string]string) (kept map[string]string, public bool) {
	kept = map[string]string{}
	for name, value := range all {
		name = strings.TrimPrefix(name, keptHeader)
		if storedHeaders[name] || strings.HasPrefix(name, "X-Amz-Meta-") {
			kept[name] = value
		}
	}
	return kept, all["X-Amz-Acl"] == publicRead
}

// ListBuckets implements gofakes3.Backend.
func (s *storage) ListBuckets() (infos []gofakes3.BucketInfo, err error) {
	all, err := s.buckets()
	for _, b := range all {
		infos = append(infos, gofakes3.BucketInfo{Name: b.Name, CreationDate: gofakes3.NewContentTime(b.Created)})
	}
	return infos, err
}

// CreateBucket implements gofakes3.Backend. The front handler does it better.
func (s *storage) CreateBucket(name string) error { return s.createBucket(bucketRecord{Name: name}) }

// BucketExists implements gofakes3.Backend.
func (s *storage) BucketExists(name string) (bool, error) {
	_, err := s.bucket(name)
	if gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchBucket) {
		return false, nil
	}
	return err == nil, err
}

// DeleteBucket implements gofakes3.Backend: a bucket with so much as a delete
// marker is not empty. Unfinished uploads go with it.
func (s *storage) DeleteBucket(name string) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		table, err := objectsOf(tx, name)
		if err != nil {
			return err
		}
		if k, _ := table.Cursor().First(); k != nil {
			return gofakes3.ResourceError(gofakes3.ErrBucketNotEmpty, name)
		}
		if err := dropUploads(tx, func(u upload) bool { return u.Bucket == name }); err != nil {
			return err
		}
		if err := tx.Bucket(objectTable).DeleteBucket([]byte(name)); err != nil {
			return err
		}
		return tx.Bucket(bucketTable).Delete([]byte(name))
	})
}

// ForceDeleteBucket implements gofakes3.Backend. Spaces has nothing like it.
func (s *storage) ForceDeleteBucket(string) error { return gofakes3.ErrNotImplemented }

// GetObject implements gofakes3.Backend.
func (s *storage) GetObject(bucket, key string, rnge *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	return s.read(bucket, key, "", rnge)
}

// HeadObject implements gofakes3.Backend.
func (s *storage) HeadObject(bucket, key string) (*gofakes3.Object, error) {
	return s.read(bucket, key, "", nil)
}

// GetObjectVersion implements gofakes3.VersionedBackend.
func (s *storage) GetObjectVersion(bucket, key string, id gofakes3.VersionID, rnge *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	return s.read(bucket, key, string(id), rnge)
}

// HeadObjectVersion implements gofakes3.VersionedBackend.
func (s *storage) HeadObjectVersion(bucket, key string, id gofakes3.VersionID) (*gofakes3.Object, error) {
	return s.read(bucket, key, string(id), nil)
}

func (s *storage) read(name, key, id string, rnge *gofakes3.ObjectRangeRequest) (object *gofakes3.Object, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		b, err := readBucket(tx, name)
		if err != nil {
			return err
		}
		table, err := objectsOf(tx, name)
		if err != nil {
			return err
		}
		v, err := find(table, key, id)
		if err != nil {
			return err
		}
		if v == nil && id != "" {
			return gofakes3.ErrNoSuchVersion
		}
		if v == nil || v.Marker {
			return gofakes3.KeyNotFound(key)
		}
		part, err := rnge.Range(v.Size)
		if err != nil {
			return err
		}
		// What bbolt returns is valid inside the transaction only.
		content := tx.Bucket(contentTable).Get(number(v.Content))
		if part != nil {
			content = content[part.Start : part.Start+part.Length]
		}
		object = &gofakes3.Object{
			Name: key, Metadata: maps.Clone(v.Headers), Size: v.Size, Hash: v.Hash, Range: part,
			Contents: io.NopCloser(strings.NewReader(string(content))),
		}
		if b.Versioning != gofakes3.VersioningNone {
			object.VersionID = gofakes3.VersionID(v.ID)
		}
		return nil
	})
	return object, err
}

// PutObject implements gofakes3.Backend.
func (s *storage) PutObject(bucket, key string, headers map[string]string, in io.Reader, size int64, conditions *gofakes3.PutConditions) (result gofakes3.PutObjectResult, err error) {
	data, err := gofakes3.ReadAll(in, size)
	if err != nil {
		return result, err
	}
	err = s.db.Update(func(tx *bolt.Tx) error {
		if conditions != nil {
			if err := check(tx, bucket, key, conditions); err != nil {
				return err
			}
		}
		v, err := s.write(tx, bucket, key, headers, data)
		result.VersionID = v
		return err
	})
	return result, err
}

// write stores an object and returns its version, "" in an unversioned bucket.
func (s *storage) write(tx *bolt.Tx, name, key string, headers map[string]string, data []byte) (gofakes3.VersionID, error) {
	if strings.ContainsRune(key, 0) {
		return "", gofakes3.ErrorInvalidArgument("key", key, "A key cannot contain a NUL.")
	}
	b, err := readBucket(tx, name)
	if err != nil {
		return "", err
	}
	hash := md5.Sum(data)
	v := version{Key: key, Modified: s.now().UTC(), Size: int64(len(data)), Hash: hash[:]}
	v.Headers, v.Public = sortHeaders(headers)
	if v.Content, err = addContent(tx, data); err != nil {
		return "", err
	}
	if v, err = addVersion(tx, b, v); err != nil || b.Versioning == gofakes3.VersioningNone {
		return "", err
	}
	return gofakes3.VersionID(v.ID), nil
}

func check(tx *bolt.Tx, name, key string, conditions *gofakes3.PutConditions) error {
	table, err := objectsOf(tx, name)
	if err != nil {
		return err
	}
	v, err := find(table, key, "")
	if err != nil {
		return err
	}
	info := &gofakes3.ConditionalObjectInfo{}
	if v != nil && !v.Marker {
		info.Exists, info.Hash = true, v.Hash
	}
	return gofakes3.CheckPutConditions(conditions, info)
}

// CopyObject implements gofakes3.Backend.
func (s *storage) CopyObject(fromBucket, fromKey, bucket, key string, headers map[string]string) (gofakes3.CopyObjectResult, error) {
	return gofakes3.CopyObject(s, fromBucket, fromKey, bucket, key, headers)
}
