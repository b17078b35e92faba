package spaces

import (
	"encoding/xml"
	"fmt"
	"net/http"
)

// Error is an S3 error: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
type Error struct {
	XMLName xml.Name `xml:"Error"`
	// Code is S3's word for it, such as "NoSuchBucket".
	Code string
	// Message says it to a person.
	Message string
	// BucketName is the bucket the error is about, if it is about one.
	BucketName string `xml:",omitempty"`
	// RequestID is the x-amz-request-id of the answer.
	RequestID string `xml:"RequestId"`

	status int
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

func s3Error(status int, code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), status: status}
}

func errNoSuchBucket(bucket string) *Error {
	e := s3Error(http.StatusNotFound, "NoSuchBucket", "The bucket %q does not exist in this region.", bucket)
	e.BucketName = bucket
	return e
}

func errAccessDenied(format string, args ...any) *Error {
	return s3Error(http.StatusForbidden, "AccessDenied", format, args...)
}

func errMalformedXML(format string, args ...any) *Error {
	return s3Error(http.StatusBadRequest, "MalformedXML", format, args...)
}

func errInvalidArgument(format string, args ...any) *Error {
	return s3Error(http.StatusBadRequest, "InvalidArgument", format, args...)
}

func errMethod(r *http.Request, what string) *Error {
	return s3Error(http.StatusMethodNotAllowed, "MethodNotAllowed", "%s is not possible on %s.", r.Method, what)
}

// send answers with the error.
func (e *Error) send(w http.ResponseWriter, r *http.Request) {
	answer := *e
	answer.RequestID = w.Header().Get(requestIDHeader)
	if r.Method == http.MethodHead {
		w.WriteHeader(e.status)
		return
	}
	sendXML(w, e.status, &answer)
}

func sendXML(w http.ResponseWriter, status int, document any) {
	body, err := xml.Marshal(document)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	// A client that has gone away is no error of ours.
	_, _ = w.Write(append([]byte(xml.Header), body...))
}

// Refuse answers a request with a status that the sandbox was told to answer with.
func Refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	codes := map[int]string{
		http.StatusConflict: "OperationAborted", http.StatusTooManyRequests: "TooManyRequests",
		http.StatusInternalServerError: "InternalError", http.StatusServiceUnavailable: "SlowDown",
	}
	w.Header().Set(requestIDHeader, newID())
	s3Error(status, codes[status], "%s", message).send(w, r)
}
