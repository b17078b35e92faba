package api

import (
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"
)

// Request is one line of the request log. It holds no header, no query and no
// body, because tokens and kubeconfigs travel there.
type Request struct {
	// Time is when the request came in.
	Time time.Time `json:"time"`
	// Method and Path are those of the request line.
	Method string `json:"method"`
	Path   string `json:"path"`
	// Status is the status code of the answer, 0 when the connection was cut.
	Status int `json:"status"`
	// RequestID is the answer's x-request-id.
	RequestID string `json:"request_id"`
	// Fault is the kind of the injected fault, or "".
	Fault string `json:"fault,omitempty"`
}

// keptRequests is how many requests stay in memory: enough for an update of a
// large stack, at some 300 bytes each.
const keptRequests = 10_000

type requestLog struct {
	mu   sync.Mutex
	out  io.Writer
	last []Request
}

// add records a request. A writer that fails does not stop the API.
func (l *requestLog) add(r Request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.last) == keptRequests {
		l.last = slices.Delete(l.last, 0, 1)
	}
	l.last = append(l.last, r)
	if l.out == nil {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = l.out.Write(append(line, '\n'))
	return err
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.last)
}
