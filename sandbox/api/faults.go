package api

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Faults are the failures to inject. They live in memory: a restarted sandbox has
// none.
type Faults struct {
	// Seed starts the random numbers behind FaultRule.Probability, so that a run
	// can be repeated.
	Seed uint64 `json:"seed"`
	// Rules are tried in order; the first that matches and fires wins.
	Rules []FaultRule `json:"rules"`
}

// FaultRule says which requests fail, how often and how.
type FaultRule struct {
	// Method is an HTTP method; "" matches all.
	Method string `json:"method,omitempty"`
	// Path is a regular expression for the whole path; "" matches all.
	Path string `json:"path,omitempty"`
	// Probability is the chance that a matching request fails, from 0 to 1; a
	// missing one means 1.
	Probability *float64 `json:"probability,omitempty"`
	// Count is how many requests fail at most; 0 means no limit.
	Count int `json:"count,omitempty"`
	// Kind is what happens: see the Fault constants.
	Kind string `json:"kind"`
	// RetryAfter is the Retry-After header of a 429 or 503, in seconds; 0 means 1.
	RetryAfter int `json:"retry_after,omitempty"`
	// Hold is how long a timeout holds the connection, as a Go duration; "" means
	// until the client gives up.
	Hold string `json:"hold,omitempty"`
	// Fired is how many requests have failed. The server counts it.
	Fired int `json:"fired"`

	path *regexp.Regexp
	hold time.Duration
}

// The kinds of fault.
const (
	// Fault409, Fault429, Fault500 and Fault503 answer with that status, and do nothing. A
	// 409 is what DigitalOcean says while something is still in use.
	Fault409 = "409"
	Fault429 = "429"
	Fault500 = "500"
	Fault503 = "503"
	// FaultTimeout does nothing, holds the connection and then cuts it.
	FaultTimeout = "timeout"
	// FaultDropAfterCommit does what was asked and cuts the connection: the client
	// cannot know that the resource exists.
	FaultDropAfterCommit = "drop-after-commit"
	// FaultErrorAfterCommit does what was asked and answers 500.
	FaultErrorAfterCommit = "error-after-commit"
	// FaultHalfCreated does what was asked, and a cluster that it creates never runs: it
	// ends in the state "error". Everything else is created whole.
	FaultHalfCreated = "half-created"
)

var faultKinds = []string{
	Fault409, Fault429, Fault500, Fault503, FaultTimeout, FaultDropAfterCommit, FaultErrorAfterCommit, FaultHalfCreated,
}

// halfCreated marks the context of a request that creates something by halves.
type halfCreated struct{}

type injector struct {
	mu     sync.Mutex
	faults Faults
	random *rand.Rand
}

// set replaces the faults. The error names the rule and the field.
func (i *injector) set(f Faults) error {
	for n := range f.Rules {
		if err := f.Rules[n].prepare(); err != nil {
			return fmt.Errorf("rules[%d]: %w", n, err)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.faults = f
	i.random = rand.New(rand.NewPCG(f.Seed, 0))
	return nil
}

func (r *FaultRule) prepare() (err error) {
	known := false
	for _, k := range faultKinds {
		known = known || k == r.Kind
	}
	if !known {
		return fmt.Errorf("kind is %q, want one of %q", r.Kind, faultKinds)
	}
	if r.path, err = regexp.Compile("^(?:" + r.Path + ")$"); err != nil {
		return fmt.Errorf("path %q is no regular expression: %w", r.Path, err)
	}
	if r.Path == "" {
		r.path = nil
	}
	if p := r.Probability; p != nil && (*p < 0 || *p > 1) {
		return fmt.Errorf("probability is %v, want 0 to 1", *p)
	}
	if r.Hold != "" {
		if r.hold, err = time.ParseDuration(r.Hold); err != nil {
			return fmt.Errorf("hold is %q, want a duration such as %q", r.Hold, "5s")
		}
	}
	r.Fired = 0
	return nil
}

func (i *injector) get() Faults {
	i.mu.Lock()
	defer i.mu.Unlock()
	f := i.faults
	f.Rules = append([]FaultRule{}, f.Rules...)
	return f
}

// pick returns the rule that fires for a request.
func (i *injector) pick(r *http.Request) (FaultRule, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for n := range i.faults.Rules {
		rule := &i.faults.Rules[n]
		switch {
		case rule.Method != "" && !strings.EqualFold(rule.Method, r.Method),
			rule.path != nil && !rule.path.MatchString(r.URL.Path),
			rule.Count > 0 && rule.Fired >= rule.Count,
			rule.Probability != nil && i.random.Float64() >= *rule.Probability:
			continue
		}
		rule.Fired++
		return *rule, true
	}
	return FaultRule{}, false
}
