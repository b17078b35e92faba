package spaces

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
)

// document is a configuration document of a bucket that is checked, kept and given
// back.
type document struct {
	// absent is the error when there is none; the empty code means that an empty
	// document is given instead.
	absent  string
	message string
	// contentType is that of the answer to a GET.
	contentType string
	// check returns the document in the form to keep, or S3's error.
	check func(h *handler, body []byte) ([]byte, error)
}

var documents = map[string]document{
	"cors":      {"NoSuchCORSConfiguration", "The CORS configuration does not exist", "application/xml", checkCORS},
	"lifecycle": {"NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", "application/xml", checkLifecycle},
	"policy":    {"NoSuchBucketPolicy", "The bucket policy does not exist", "application/json", checkPolicy},
	"logging":   {"", `<BucketLoggingStatus xmlns="` + namespace + `"></BucketLoggingStatus>`, "application/xml", checkLogging},
}

// bucketDocument answers a subresource of a bucket.
func (h *handler) bucketDocument(w http.ResponseWriter, q *request, name string) error {
	switch name {
	case "location":
		if q.Method != http.MethodGet {
			return errMethod(q.Request, "?location")
		}
		sendXML(w, http.StatusOK, locationConstraint{Region: q.record.Region})
		return nil
	case "acl":
		return h.bucketACL(w, q)
	}
	doc, ok := documents[name]
	if !ok {
		return s3Error(http.StatusNotImplemented, "NotImplemented", "The sandbox does not know ?%s of a bucket.", name)
	}
	switch q.Method {
	case http.MethodGet:
		body := q.record.Documents[name]
		if len(body) == 0 {
			if doc.absent != "" {
				return s3Error(http.StatusNotFound, doc.absent, "%s", doc.message)
			}
			body = []byte(doc.message)
		}
		w.Header().Set("Content-Type", doc.contentType)
		// A client that has gone away is no error of ours.
		_, _ = w.Write(body)
		return nil
	case http.MethodPut:
		body, err := readDocument(q)
		if err != nil {
			return err
		}
		if body, err = doc.check(h, body); err != nil {
			return err
		}
		err = h.storage.changeBucket(q.bucket, func(b *bucketRecord) {
			if b.Documents == nil {
				b.Documents = map[string][]byte{}
			}
			b.Documents[name] = body
		})
		if err == nil && name == "policy" {
			w.WriteHeader(http.StatusNoContent)
		}
		return err
	case http.MethodDelete:
		err := h.storage.changeBucket(q.bucket, func(b *bucketRecord) { delete(b.Documents, name) })
		if err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
		return err
	default:
		return errMethod(q.Request, "?"+name)
	}
}

func (h *handler) bucketACL(w http.ResponseWriter, q *request) error {
	switch q.Method {
	case http.MethodGet:
		sendXML(w, http.StatusOK, aclDocument(q.record.Public))
		return nil
	case http.MethodPut:
		public, err := wantedACL(q)
		if err != nil {
			return err
		}
		return h.storage.changeBucket(q.bucket, func(b *bucketRecord) { b.Public = public })
	default:
		return errMethod(q.Request, "?acl")
	}
}

// checkPolicy accepts a JSON object with statements; what they say is the client's.
func checkPolicy(_ *handler, body []byte) ([]byte, error) {
	var policy struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal(body, &policy); err != nil {
		return nil, s3Error(http.StatusBadRequest, "MalformedPolicy", "The policy is not a JSON object: %v.", err)
	}
	if s := bytes.TrimSpace(policy.Statement); len(s) == 0 || s[0] != '[' && s[0] != '{' || bytes.Equal(s, []byte("[]")) {
		return nil, s3Error(http.StatusBadRequest, "MalformedPolicy", "The policy has no Statement.")
	}
	return body, nil
}

type bucketLoggingStatus struct {
	XMLName        xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ BucketLoggingStatus"`
	LoggingEnabled *struct {
		TargetBucket string
		TargetPrefix string
	}
}

// checkLogging accepts a target bucket that exists, or none to end the logging.
func checkLogging(h *handler, body []byte) ([]byte, error) {
	var status bucketLoggingStatus
	if err := readXML(body, &status, "BucketLoggingStatus"); err != nil {
		return nil, err
	}
	if enabled := status.LoggingEnabled; enabled != nil {
		if _, err := h.storage.bucket(enabled.TargetBucket); err != nil {
			return nil, s3Error(http.StatusBadRequest, "InvalidTargetBucketForLogging", "The target bucket %q does not exist.", enabled.TargetBucket)
		}
	}
	return xml.Marshal(status)
}

// readXML reads a document whose root element must have a name. Clients differ in
// whether they name the namespace, so none is asked for.
func readXML(body []byte, into any, root string) error {
	var head struct{ XMLName xml.Name }
	if err := xml.Unmarshal(body, &head); err != nil || head.XMLName.Local != root {
		return errMalformedXML("The body is not a %s.", root)
	}
	// Below, fields are matched in any namespace but for the root's XMLName.
	if head.XMLName.Space == "" {
		body = bytes.Replace(body, []byte("<"+root), []byte("<"+root+` xmlns="`+namespace+`"`), 1)
	}
	if err := xml.Unmarshal(body, into); err != nil {
		return errMalformedXML("The body is not a valid %s: %v.", root, err)
	}
	return nil
}
