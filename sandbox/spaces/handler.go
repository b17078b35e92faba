package spaces

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/johannesboyne/gofakes3"
)

const requestIDHeader = "X-Amz-Request-Id"

// handler is what stands in front of gofakes3.
type handler struct {
	cfg     Config
	storage *storage
	objects http.Handler
}

// request is one request after its signature and its address have been read.
type request struct {
	*http.Request
	address
	// signed is the region in the signature; clients often have "us-east-1" there.
	signed string
	key    *Key
	// record is the bucket; nil when there is none in the host's region.
	record *bucketRecord
}

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(requestIDHeader, newID())
	err := h.serve(w, r)
	if err == nil {
		return
	}
	var known *Error
	var theirs gofakes3.Error
	switch {
	case errors.As(err, &known):
	case errors.As(err, &theirs) && theirs.ErrorCode() != gofakes3.ErrInternal:
		known = s3Error(theirs.ErrorCode().Status(), string(theirs.ErrorCode()), "%v", theirs)
	default:
		h.cfg.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		known = s3Error(http.StatusInternalServerError, "InternalError", "%v", err)
	}
	known.send(w, r)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	q := &request{Request: r, address: addressOf(r)}
	if err := h.findBucket(q); err != nil {
		return err
	}
	if q.record != nil && h.cors(w, q) {
		return nil
	}
	var err error
	if q.key, q.signed, err = h.identify(r); err != nil {
		return err
	}
	if err := unwrap(r); err != nil {
		return err
	}
	if err := h.allow(q); err != nil {
		return err
	}
	switch {
	case q.bucket == "":
		return h.listBuckets(w, q)
	case q.address.key == "" && r.Method == http.MethodPut && subresource(r) == "" && !r.URL.Query().Has("versioning"):
		return h.createBucket(w, q)
	case q.record == nil:
		return errNoSuchBucket(q.bucket)
	}
	if name := subresource(r); name != "" {
		if q.address.key != "" {
			return h.objectDocument(w, q, name)
		}
		return h.bucketDocument(w, q, name)
	}
	h.toObjects(w, q)
	return nil
}

// findBucket reads the request's bucket. One of another region than the host's
// does not exist here.
func (h *handler) findBucket(q *request) error {
	if q.bucket == "" {
		return nil
	}
	b, err := h.storage.bucket(q.bucket)
	if gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchBucket) {
		return nil
	}
	if err != nil {
		return err
	}
	if q.region == "" || q.region == b.Region {
		q.record = &b
	}
	return nil
}

// notTheirs are the subresources of S3's buckets and objects that are not gofakes3's. Without
// the list a PUT of an unknown document would make a bucket or an object.
var notTheirs = []string{
	"accelerate", "acl", "analytics", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold",
	"lifecycle", "location", "logging", "metrics", "notification", "object-lock", "ownershipControls", "policy",
	"policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select",
	"tagging", "torrent", "website",
}

// subresource returns the request's subresource, or "" when it is gofakes3's.
func subresource(r *http.Request) string {
	query := r.URL.Query()
	i := slices.IndexFunc(notTheirs, query.Has)
	if i < 0 {
		return ""
	}
	return notTheirs[i]
}

// toObjects hands a request to gofakes3.
func (h *handler) toObjects(w http.ResponseWriter, q *request) {
	r := q.Clone(q.Context())
	q.pathStyle(r)
	// MinIO's way to delete a bucket with its content, which Spaces does not have.
	r.Header.Del("X-Minio-Force-Delete")
	for _, name := range []string{"Cache-Control", "Content-Language", "Expires"} {
		if value := r.Header.Get(name); value != "" {
			r.Header.Set(keptHeader+name, value)
		}
	}
	query := r.URL.Query()
	if id := query.Get("versionId"); id != "" {
		if id == nullVersion {
			query.Set("versionId", nullAlias)
			r.URL.RawQuery = query.Encode()
		}
		// gofakes3 looks at the newest version in a HEAD of any. It does not in a
		// GET, whose body the HTTP server drops, because the client's was a HEAD.
		if r.Method == http.MethodHead {
			r.Method = http.MethodGet
		}
	}
	w.Header().Set("X-Amz-Bucket-Region", q.record.Region)
	h.objects.ServeHTTP(w, r)
}

// newID returns a random identifier.
func newID() string { return strings.ReplaceAll(uuid.NewString(), "-", "") }
