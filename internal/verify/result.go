package verify

import (
	"slices"
	"time"

	"github.com/gomeet/infra/sizing"
)

// State is what became of a check.
type State string

// The states.
const (
	// Pass is measured and within the limit, Fail measured and not.
	Pass State = "pass"
	Fail State = "fail"
	// Skipped is not wanted, or not about this deployment.
	Skipped State = "skipped"
	// Unknown could not be measured. It is no success.
	Unknown State = "unknown"
)

// Result is one check of one place.
type Result struct {
	// Check is the check's ID, Target the site or the zone it looked at.
	Check  string `json:"check"`
	Target string `json:"target"`
	State  State  `json:"state"`
	// Measured and Limit are for people.
	Measured string `json:"measured,omitempty"`
	Limit    string `json:"limit,omitempty"`
	// Objective names the design's performance target that was measured (package sizing),
	// and Value is its measured value: percent for "connections", milliseconds for others.
	Objective string   `json:"objective,omitempty"`
	Value     *float64 `json:"value,omitempty"`
	// Reason says why it is not a pass, Fix what to do first.
	Reason string `json:"reason,omitempty"`
	Fix    string `json:"fix,omitempty"`
}

// Report is what was found.
type Report struct {
	Stack string    `json:"stack"`
	Began time.Time `json:"began"`
	// Seconds is how long it took.
	Seconds float64  `json:"seconds"`
	Results []Result `json:"results"`
}

// Exit codes of the command.
const (
	ExitPass, ExitUnknown, ExitFail = 0, 1, 2
)

// Count is how many results have a state.
func (r *Report) Count(s State) (n int) {
	for _, result := range r.Results {
		if result.State == s {
			n++
		}
	}
	return n
}

// ExitCode is 2 if something failed, 1 if something could not be measured or nothing was,
// and else 0.
func (r *Report) ExitCode() int {
	switch {
	case r.Count(Fail) > 0:
		return ExitFail
	case r.Count(Unknown) > 0 || r.Count(Pass) == 0:
		return ExitUnknown
	default:
		return ExitPass
	}
}

// Unmeasured are the design's performance targets without a measured value.
func (r *Report) Unmeasured() (names []string) {
	for _, o := range objectives {
		if !slices.ContainsFunc(r.Results, func(result Result) bool { return result.Objective == o.Name && result.Value != nil }) {
			names = append(names, o.Name)
		}
	}
	return names
}

// objectives are the design's five.
var objectives = []sizing.Objective{
	sizing.ConnectionsObjective, sizing.APIObjective, sizing.VideoObjective, sizing.DatabaseObjective, sizing.RedisObjective,
}
