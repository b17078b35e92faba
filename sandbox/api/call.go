package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gomeet/infra/sandbox/store"
)

// call is one API request, or one background task, inside one transaction.
type call struct {
	*Server
	// tx is the transaction. It commits after the handler has returned no error,
	// and before the answer is sent.
	tx *store.Tx
	// now is the moment of the request, the same for everything it does.
	now time.Time
	// r is the request, nil in a background task.
	r *http.Request
	// body is the request's body.
	body []byte
	// after runs once the transaction has committed.
	after []func()
}

// handler answers a request. An error rolls the transaction back; an *Error
// becomes the answer, any other error a 500.
type handler func(*call) (reply, error)

// param returns a wildcard of the route's pattern.
func (c *call) param(name string) string { return c.r.PathValue(name) }

// query returns a query parameter, or "".
func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// number returns a wildcard that has to be a number. DigitalOcean answers 404 for a
// word in the place of a number.
func (c *call) number(name string) (int, error) {
	n, err := strconv.Atoi(c.param(name))
	if err != nil {
		return 0, errNotFound
	}
	return n, nil
}

// decode reads the JSON body into v.
func (c *call) decode(v any) error {
	if len(c.body) == 0 {
		return badRequest("The request has no body, want a JSON object.")
	}
	if err := json.Unmarshal(c.body, v); err != nil {
		return badRequest("Unable to parse the request body: %v.", err)
	}
	return nil
}

// afterCommit runs f when the transaction has committed.
func (c *call) afterCommit(f func()) { c.after = append(c.after, f) }

// due returns the moment at which an operation of the given kind is over.
func (c *call) due(delayKind string) time.Time { return c.now.Add(c.delays.get(delayKind)) }

// view runs f in a read transaction.
func (s *Server) view(f func(*call) error) error {
	return s.cfg.Store.View(func(tx *store.Tx) error {
		return f(&call{Server: s, tx: tx, now: s.now()})
	})
}

// update runs f in a write transaction, and then what f asked for with afterCommit.
func (s *Server) update(f func(*call) error) error {
	c := &call{Server: s, now: s.now()}
	err := s.cfg.Store.Update(func(tx *store.Tx) error {
		c.tx = tx
		return f(c)
	})
	if err != nil {
		return err
	}
	for _, f := range c.after {
		f()
	}
	return nil
}

// now is the clock in UTC, to the microsecond: what is stored is then what was
// answered, also after a trip through JSON.
func (s *Server) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }
