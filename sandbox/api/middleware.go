package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const requestIDHeader = "x-request-id"

// serveAPI answers a /v2 request: it logs it, authenticates it, counts it against
// the rate limit, lets it fail if a fault says so, and routes it.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	id := uuid.NewString()
	w.Header().Set(requestIDHeader, id)
	line := Request{Time: s.now(), Method: r.Method, Path: r.URL.Path, RequestID: id}
	// The line is written before the answer is sent, so that a client finds its own
	// request in the log.
	write := func(status int) {
		line.Status = status
		if err := s.requests.add(line); err != nil {
			s.cfg.Log.Error("writing the request log", "error", err)
		}
	}
	sw := &statusWriter{ResponseWriter: w, first: write}
	defer func() {
		if !sw.sent {
			write(0)
		}
	}()
	allowed := s.limiter.take(w.Header(), line.Time)
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || strings.TrimSpace(token) == "" {
		sendError(sw, apiError(http.StatusUnauthorized, "Unable to authenticate you"))
		return
	}
	if !allowed {
		sendError(sw, apiError(http.StatusTooManyRequests, "API rate limit exceeded."))
		return
	}
	rule, fires := s.faults.pick(r)
	if !fires {
		s.route(sw, r)
		return
	}
	line.Fault = rule.Kind
	s.fail(sw, r, rule, s.route, func(w http.ResponseWriter, _ *http.Request, status int, message string) {
		sendError(w, apiError(status, "%s", message))
	})
}

// told is the message of a request that a fault refused.
const told = "The sandbox was told to fail this request."

// refuser answers with an error, in the form that the API's clients know.
type refuser func(w http.ResponseWriter, r *http.Request, status int, message string)

// fail makes a request fail as a rule says; do is what was asked.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, rule FaultRule, do http.HandlerFunc, refuse refuser) {
	switch rule.Kind {
	case Fault409, Fault429, Fault500, Fault503:
		if rule.Kind == Fault429 || rule.Kind == Fault503 {
			w.Header().Set("Retry-After", strconv.Itoa(max(1, rule.RetryAfter)))
		}
		status, _ := strconv.Atoi(rule.Kind)
		refuse(w, r, status, told)
	case FaultHalfCreated:
		do(w, r.WithContext(context.WithValue(r.Context(), halfCreated{}, true)))
	case FaultTimeout:
		var over <-chan time.Time
		if rule.hold > 0 {
			over = time.After(rule.hold)
		}
		select {
		case <-r.Context().Done():
		case <-s.closing:
		case <-over:
		}
		panic(http.ErrAbortHandler) // net/http's way to cut a connection
	case FaultErrorAfterCommit:
		do(httptest.NewRecorder(), r)
		refuse(w, r, http.StatusInternalServerError, "The sandbox was told to do what was asked and to fail this request.")
	case FaultDropAfterCommit:
		do(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
}

// Faulty lets the requests to another part of the cloud fail by the same rules.
func (s *Server) Faulty(part http.Handler, refuse func(w http.ResponseWriter, r *http.Request, status int, message string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rule, fires := s.faults.pick(r); fires {
			s.fail(w, r, rule, part.ServeHTTP, refuse)
			return
		}
		part.ServeHTTP(w, r)
	})
}

// route finds the handler of a request. The router's own answers for an unknown
// path or method are text; DigitalOcean's are JSON.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	probe := httptest.NewRecorder()
	h.ServeHTTP(probe, r)
	if probe.Code == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.Header().Get("Allow"))
		sendError(w, apiError(http.StatusMethodNotAllowed, "The method %s is not allowed for this path.", r.Method))
		return
	}
	sendError(w, errNotFound)
}

// statusWriter calls first with the status code before it is sent.
type statusWriter struct {
	http.ResponseWriter
	first func(status int)
	sent  bool
}

// WriteHeader sends the status code.
func (w *statusWriter) WriteHeader(status int) {
	if !w.sent {
		w.sent = true
		w.first(status)
	}
	w.ResponseWriter.WriteHeader(status)
}
