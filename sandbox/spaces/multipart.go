package spaces

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/johannesboyne/gofakes3"
	bolt "go.etcd.io/bbolt"
)

// upload is an unfinished multipart upload.
type upload struct {
	ID, Bucket, Key string
	Headers         map[string]string
	Initiated       time.Time
}

// part is one part of an unfinished upload.
type part struct {
	ETag     string
	Size     int64
	Modified time.Time
	Content  uint64
}

// CreateMultipartUpload implements gofakes3.MultipartBackend.
func (s *storage) CreateMultipartUpload(bucket, key string, headers map[string]string) (gofakes3.UploadID, error) {
	u := upload{ID: newID(), Bucket: bucket, Key: key, Headers: headers, Initiated: s.now().UTC()}
	return gofakes3.UploadID(u.ID), s.db.Update(func(tx *bolt.Tx) error {
		if _, err := tx.Bucket(partTable).CreateBucket([]byte(u.ID)); err != nil {
			return err
		}
		return put(tx.Bucket(uploadTable), []byte(u.ID), u)
	})
}

// uploadOf returns an upload and the table of its parts.
func uploadOf(tx *bolt.Tx, bucket, key string, id gofakes3.UploadID) (u upload, parts *bolt.Bucket, err error) {
	data := tx.Bucket(uploadTable).Get([]byte(id))
	if data == nil {
		return u, nil, gofakes3.ErrNoSuchUpload
	}
	if err := json.Unmarshal(data, &u); err != nil {
		return u, nil, err
	}
	if u.Bucket != bucket || u.Key != key {
		return u, nil, gofakes3.ErrNoSuchUpload
	}
	return u, tx.Bucket(partTable).Bucket([]byte(id)), nil
}

// UploadPart implements gofakes3.MultipartBackend. A part sent again replaces the
// one before.
func (s *storage) UploadPart(bucket, key string, id gofakes3.UploadID, n int, length int64, in io.Reader) (etag string, err error) {
	data, err := gofakes3.ReadAll(in, length)
	if err != nil {
		return "", err
	}
	hash := md5.Sum(data)
	etag = gofakes3.FormatETag(hash[:])
	return etag, s.db.Update(func(tx *bolt.Tx) error {
		_, parts, err := uploadOf(tx, bucket, key, id)
		if err != nil {
			return err
		}
		if old, err := readPart(parts, n); err != nil {
			return err
		} else if old != nil {
			if err := tx.Bucket(contentTable).Delete(number(old.Content)); err != nil {
				return err
			}
		}
		p := part{ETag: etag, Size: int64(len(data)), Modified: s.now().UTC()}
		if p.Content, err = addContent(tx, data); err != nil {
			return err
		}
		return put(parts, number(uint64(n)), p)
	})
}

func readPart(parts *bolt.Bucket, n int) (*part, error) {
	data := parts.Get(number(uint64(n)))
	if data == nil {
		return nil, nil
	}
	p := &part{}
	return p, json.Unmarshal(data, p)
}

// CompleteMultipartUpload implements gofakes3.MultipartBackend. The entity tag is
// the MD5 of the whole, because gofakes3 cannot say another one in a HEAD.
func (s *storage) CompleteMultipartUpload(bucket, key string, id gofakes3.UploadID, in *gofakes3.CompleteMultipartUploadRequest) (v gofakes3.VersionID, etag string, err error) {
	err = s.db.Update(func(tx *bolt.Tx) error {
		u, parts, err := uploadOf(tx, bucket, key, id)
		if err != nil {
			return err
		}
		if len(in.Parts) == 0 {
			return gofakes3.ErrorMessage(gofakes3.ErrMalformedXML, "The request names no part.")
		}
		var whole []byte
		for i, wanted := range in.Parts {
			if i > 0 && wanted.PartNumber <= in.Parts[i-1].PartNumber {
				return gofakes3.ErrInvalidPartOrder
			}
			p, err := readPart(parts, wanted.PartNumber)
			if err != nil {
				return err
			}
			if p == nil || strings.Trim(wanted.ETag, `"`) != strings.Trim(p.ETag, `"`) {
				return gofakes3.ErrorMessagef(gofakes3.ErrInvalidPart, "Part %d is missing or has another ETag.", wanted.PartNumber)
			}
			whole = append(whole, tx.Bucket(contentTable).Get(number(p.Content))...)
		}
		hash := md5.Sum(whole)
		etag = gofakes3.FormatETag(hash[:])
		if v, err = s.write(tx, bucket, key, u.Headers, whole); err != nil {
			return err
		}
		return dropUploads(tx, func(other upload) bool { return other.ID == u.ID })
	})
	return v, etag, err
}

// AbortMultipartUpload implements gofakes3.MultipartBackend.
func (s *storage) AbortMultipartUpload(bucket, key string, id gofakes3.UploadID) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		if _, _, err := uploadOf(tx, bucket, key, id); err != nil {
			return err
		}
		return dropUploads(tx, func(u upload) bool { return u.ID == string(id) })
	})
}

// ListMultipartUploads implements gofakes3.MultipartBackend.
func (s *storage) ListMultipartUploads(bucket string, marker *gofakes3.UploadListMarker, prefix gofakes3.Prefix, limit int64) (*gofakes3.ListMultipartUploadsResult, error) {
	list := &gofakes3.ListMultipartUploadsResult{Bucket: bucket, Delimiter: prefix.Delimiter, Prefix: prefix.Prefix, MaxUploads: limit}
	if marker != nil {
		list.KeyMarker, list.UploadIDMarker = marker.Object, marker.UploadID
	}
	var all []upload
	err := s.db.View(func(tx *bolt.Tx) (err error) {
		all, err = uploads(tx)
		return err
	})
	slices.SortFunc(all, func(a, b upload) int { return strings.Compare(a.Key+"\x00"+a.ID, b.Key+"\x00"+b.ID) })
	for _, u := range all {
		group, ok := match(&prefix, u.Key)
		behind := u.Key > list.KeyMarker || u.Key == list.KeyMarker && list.UploadIDMarker != "" && u.ID > string(list.UploadIDMarker)
		if u.Bucket != bucket || !ok || !behind {
			continue
		}
		if int64(len(list.Uploads)+len(list.CommonPrefixes)) == limit {
			list.IsTruncated = true
			break
		}
		list.NextKeyMarker, list.NextUploadIDMarker = u.Key, gofakes3.UploadID(u.ID)
		if group == "" {
			list.Uploads = append(list.Uploads, gofakes3.ListMultipartUploadItem{
				Key: u.Key, UploadID: gofakes3.UploadID(u.ID), StorageClass: gofakes3.StorageStandard, Initiated: gofakes3.NewContentTime(u.Initiated),
			})
		} else if !slices.Contains(list.CommonPrefixes, gofakes3.CommonPrefix{Prefix: group}) {
			list.CommonPrefixes = append(list.CommonPrefixes, gofakes3.CommonPrefix{Prefix: group})
		}
	}
	return list, err
}

// ListParts implements gofakes3.MultipartBackend.
func (s *storage) ListParts(bucket, key string, id gofakes3.UploadID, marker int, limit int64) (*gofakes3.ListMultipartUploadPartsResult, error) {
	list := &gofakes3.ListMultipartUploadPartsResult{Bucket: bucket, Key: key, UploadID: id, PartNumberMarker: marker, MaxParts: limit, StorageClass: gofakes3.StorageStandard}
	return list, s.db.View(func(tx *bolt.Tx) error {
		_, parts, err := uploadOf(tx, bucket, key, id)
		if err != nil {
			return err
		}
		cursor := parts.Cursor()
		for k, data := cursor.Seek(number(uint64(marker) + 1)); k != nil; k, data = cursor.Next() {
			if int64(len(list.Parts)) == limit {
				list.IsTruncated = true
				return nil
			}
			var p part
			if err := json.Unmarshal(data, &p); err != nil {
				return err
			}
			n := int(binary.BigEndian.Uint64(k))
			list.NextPartNumberMarker = n
			list.Parts = append(list.Parts, gofakes3.ListMultipartUploadPartItem{PartNumber: n, ETag: p.ETag, Size: p.Size, LastModified: gofakes3.NewContentTime(p.Modified)})
		}
		return nil
	})
}

func uploads(tx *bolt.Tx) (all []upload, err error) {
	err = tx.Bucket(uploadTable).ForEach(func(_, data []byte) error {
		var u upload
		all = append(all, u)
		return json.Unmarshal(data, &all[len(all)-1])
	})
	return all, err
}

// dropUploads removes uploads and the contents of their parts.
func dropUploads(tx *bolt.Tx, which func(upload) bool) error {
	all, err := uploads(tx)
	if err != nil {
		return err
	}
	for _, u := range all {
		if !which(u) {
			continue
		}
		err := tx.Bucket(partTable).Bucket([]byte(u.ID)).ForEach(func(_, data []byte) error {
			var p part
			if err := json.Unmarshal(data, &p); err != nil {
				return err
			}
			return tx.Bucket(contentTable).Delete(number(p.Content))
		})
		if err != nil {
			return err
		}
		if err := tx.Bucket(partTable).DeleteBucket([]byte(u.ID)); err != nil {
			return err
		}
		if err := tx.Bucket(uploadTable).Delete([]byte(u.ID)); err != nil {
			return err
		}
	}
	return nil
}
