package spaces

import (
	"net/http"
	"net/url"
	"strings"
)

// allow reports what the request's key, or nobody, must not do.
func (h *handler) allow(q *request) error {
	if q.key == nil {
		return h.allowAnyone(q)
	}
	if q.bucket == "" {
		return nil // listBuckets shows what the key may see
	}
	want := needs(q)
	if !q.key.may(want, q.bucket) {
		return errAccessDenied("The key %q has no grant for this on bucket %q.", q.key.ID, q.bucket)
	}
	if source := q.Header.Get("X-Amz-Copy-Source"); source != "" {
		from, _, _ := strings.Cut(strings.TrimPrefix(source, "/"), "/")
		if name, err := url.PathUnescape(from); err != nil || !q.key.may(accessRead, name) {
			return errAccessDenied("The key %q has no grant to read %q.", q.key.ID, source)
		}
	}
	return nil
}

// needs returns what a request does to its bucket.
func needs(q *request) access {
	query := q.URL.Query()
	reading := q.Method == http.MethodGet || q.Method == http.MethodHead
	switch {
	case q.address.key != "", query.Has("delete"):
		if reading {
			return accessRead
		}
		return accessWrite
	case reading && (subresource(q.Request) == "" || query.Has("location")):
		return accessRead
	default:
		return accessFull
	}
}

// allowAnyone lets a request without a signature read what is public-read: the list
// of a public bucket's objects, and a public object.
func (h *handler) allowAnyone(q *request) error {
	reading := q.Method == http.MethodGet || q.Method == http.MethodHead
	if q.record == nil && reading && q.bucket != "" {
		// Names are no secret: S3 tells everybody whether a bucket exists.
		return errNoSuchBucket(q.bucket)
	}
	if q.record == nil || !reading || subresource(q.Request) != "" || len(q.URL.Query()["versions"]) > 0 {
		return errAccessDenied("The request has no signature.")
	}
	public := q.record.Public
	if q.address.key != "" {
		var err error
		if public, err = h.storage.objectIsPublic(q.bucket, q.address.key, q.URL.Query().Get("versionId")); err != nil {
			return err
		}
	}
	if !public {
		return errAccessDenied("The request has no signature, and this is not public-read.")
	}
	return nil
}
