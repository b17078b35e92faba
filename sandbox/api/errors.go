package api

import (
	"fmt"
	"net/http"
)

// Error is an error answer of the API: an HTTP status and the body that
// DigitalOcean sends with it.
type Error struct {
	// Status is the HTTP status code.
	Status int
	// ID is the short name of the status, such as "not_found".
	ID string
	// Message says what is wrong, for a person.
	Message string
}

// Error returns the message after the short name.
func (e *Error) Error() string { return e.ID + ": " + e.Message }

// errorIDs are the short names in the bodies of DigitalOcean's error answers, from
// the shared responses of its OpenAPI description
// (https://github.com/digitalocean/openapi, specification/shared/responses).
var errorIDs = map[int]string{
	http.StatusBadRequest:          "bad_request",
	http.StatusUnauthorized:        "unauthorized",
	http.StatusForbidden:           "forbidden",
	http.StatusNotFound:            "not_found",
	http.StatusMethodNotAllowed:    "method_not_allowed",
	http.StatusConflict:            "conflict",
	http.StatusPreconditionFailed:  "precondition_failed",
	http.StatusUnprocessableEntity: "unprocessable_entity",
	http.StatusTooManyRequests:     "too_many_requests",
	http.StatusInternalServerError: "server_error",
	http.StatusServiceUnavailable:  "service_unavailable",
}

func apiError(status int, format string, args ...any) *Error {
	return &Error{Status: status, ID: errorIDs[status], Message: fmt.Sprintf(format, args...)}
}

// errNotFound is the answer for a thing that is not there.
var errNotFound = apiError(http.StatusNotFound, "The resource you requested could not be found.")

// badRequest is the answer for a body that cannot be read.
func badRequest(format string, args ...any) *Error {
	return apiError(http.StatusBadRequest, format, args...)
}

// invalid is the answer for a request that can be read and breaks a rule.
func invalid(format string, args ...any) *Error {
	return apiError(http.StatusUnprocessableEntity, format, args...)
}

// conflict is the answer for a request that the present state forbids.
func conflict(format string, args ...any) *Error {
	return apiError(http.StatusConflict, format, args...)
}

// forbidden is the answer for what nobody may do.
func forbidden(format string, args ...any) *Error {
	return apiError(http.StatusForbidden, format, args...)
}

// precondition is the answer when something else has to happen first.
func precondition(format string, args ...any) *Error {
	return apiError(http.StatusPreconditionFailed, format, args...)
}
