package api

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// reply is a successful answer.
type reply struct {
	status int
	// body is marshalled to JSON; nil sends no body.
	body any
	// raw is sent as it is, with contentType, instead of body.
	raw         []byte
	contentType string
}

// object wraps one value under the key that DigitalOcean uses for it.
func object(status int, key string, value any) reply {
	return reply{status: status, body: map[string]any{key: value}}
}

// ok answers 200 with one value under its key.
func ok(key string, value any) (reply, error) { return object(http.StatusOK, key, value), nil }

// created answers 201 with one value under its key.
func created(key string, value any) (reply, error) {
	return object(http.StatusCreated, key, value), nil
}

// accepted answers 202 with one value under its key: the work goes on.
func accepted(key string, value any) (reply, error) {
	return object(http.StatusAccepted, key, value), nil
}

// noContent answers 204.
func noContent() (reply, error) { return reply{status: http.StatusNoContent}, nil }

func (r reply) send(w http.ResponseWriter) {
	switch {
	case r.raw != nil:
		sendBytes(w, r.status, r.contentType, r.raw)
	case r.body == nil:
		w.WriteHeader(r.status)
	default:
		sendJSON(w, r.status, r.body)
	}
}

func sendJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"id":"server_error","message":"The answer could not be encoded."}`)
	}
	sendBytes(w, status, "application/json; charset=utf-8", append(data, '\n'))
}

func sendBytes(w http.ResponseWriter, status int, contentType string, data []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	// The client may have gone; there is nobody left to tell.
	_, _ = w.Write(data)
}

// sendError writes an error in DigitalOcean's form.
func sendError(w http.ResponseWriter, e *Error) {
	sendJSON(w, e.Status, map[string]string{
		"id":         e.ID,
		"message":    e.Message,
		"request_id": w.Header().Get(requestIDHeader),
	})
}
