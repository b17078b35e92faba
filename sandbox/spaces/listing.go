package spaces

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/johannesboyne/gofakes3"
	bolt "go.etcd.io/bbolt"
)

// match says whether a key is listed, and under which common prefix, if any.
func match(prefix *gofakes3.Prefix, key string) (common string, ok bool) {
	if prefix == nil {
		return "", true
	}
	rest, ok := strings.CutPrefix(key, prefix.Prefix)
	if !ok || prefix.Delimiter == "" {
		return "", ok
	}
	if i := strings.Index(rest, prefix.Delimiter); i >= 0 {
		return prefix.Prefix + rest[:i+len(prefix.Delimiter)], true
	}
	return "", true
}

// ListBucket implements gofakes3.Backend. A page ends with a key or a common
// prefix, and the next one starts behind it.
func (s *storage) ListBucket(bucket string, prefix *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	list := gofakes3.NewObjectList()
	count, last, common := int64(0), "", ""
	err := s.walk(bucket, func(v version, newest bool) bool {
		group, ok := match(prefix, v.Key)
		if !newest || v.Marker || !ok || v.Key <= page.Marker || group != "" && (group == common || group == page.Marker) {
			return true
		}
		if page.MaxKeys > 0 && count == page.MaxKeys {
			list.IsTruncated, list.NextMarker = true, last
			return false
		}
		count++
		if common = group; group != "" {
			last = group
			list.AddPrefix(group)
			return true
		}
		last = v.Key
		list.Add(&gofakes3.Content{
			Key: v.Key, Size: v.Size, ETag: gofakes3.FormatETag(v.Hash),
			LastModified: gofakes3.NewContentTime(v.Modified), StorageClass: gofakes3.StorageStandard,
		})
		return true
	})
	return list, err
}

// ListBucketVersions implements gofakes3.VersionedBackend.
func (s *storage) ListBucketVersions(bucket string, prefix *gofakes3.Prefix, page *gofakes3.ListBucketVersionsPage) (*gofakes3.ListBucketVersionsResult, error) {
	if page == nil {
		page = &gofakes3.ListBucketVersionsPage{}
	}
	list := gofakes3.NewListBucketVersionsResult(bucket, prefix, page)
	count, common := int64(0), ""
	var last version
	// Inside the marker's key, only what is behind the marker's version counts.
	passed := page.VersionIDMarker == ""
	err := s.walk(bucket, func(v version, newest bool) bool {
		if v.Key == page.KeyMarker && !passed {
			passed = v.ID == string(page.VersionIDMarker)
			return true
		}
		group, ok := match(prefix, v.Key)
		before := v.Key < page.KeyMarker || v.Key == page.KeyMarker && page.VersionIDMarker == ""
		if !ok || before || group != "" && (group == common || group == page.KeyMarker) {
			return true
		}
		if page.MaxKeys > 0 && count == page.MaxKeys {
			list.IsTruncated = true
			list.NextKeyMarker, list.NextVersionIDMarker = last.Key, gofakes3.VersionID(last.ID)
			return false
		}
		count++
		if common = group; group != "" {
			last = version{Key: group}
			list.AddPrefix(group)
			return true
		}
		last = v
		modified, id := gofakes3.NewContentTime(v.Modified), gofakes3.VersionID(v.ID)
		if v.Marker {
			list.Versions = append(list.Versions, &gofakes3.DeleteMarker{Key: v.Key, VersionID: id, IsLatest: newest, LastModified: modified})
		} else {
			list.Versions = append(list.Versions, &gofakes3.Version{
				Key: v.Key, VersionID: id, IsLatest: newest, LastModified: modified, Size: v.Size, ETag: gofakes3.FormatETag(v.Hash),
			})
		}
		return true
	})
	return list, err
}

// walk visits every version of a bucket, by key and the newest first, until visit
// returns false.
func (s *storage) walk(bucket string, visit func(v version, newest bool) bool) error {
	return s.db.View(func(tx *bolt.Tx) error {
		table, err := objectsOf(tx, bucket)
		if err != nil {
			return err
		}
		var previous []byte
		cursor := table.Cursor()
		for k, data := cursor.First(); k != nil; k, data = cursor.Next() {
			var v version
			if err := json.Unmarshal(data, &v); err != nil {
				return err
			}
			prefix := keyPrefix(v.Key)
			if !visit(v, !bytes.Equal(prefix, previous)) {
				return nil
			}
			previous = prefix
		}
		return nil
	})
}
