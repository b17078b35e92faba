package load

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Test is a script.
type Test string

// The tests that k6 runs, as the design calls them: "WebSocket Connection Test", "Database
// Performance Test", and of the "SFU Performance Test" the part without media.
const (
	WebSocket  Test = "websocket"
	API        Test = "api"
	Signalling Test = "signalling"
)

// Tests lists all of them.
var Tests = []Test{WebSocket, API, Signalling}

// Script is the file of the test.
func (t Test) Script() string {
	return map[Test]string{WebSocket: "websocket-test.js", API: "api-load-test.js", Signalling: "sfu-load-test.js"}[t]
}

// scheme is what the test's target begins with, encrypted or not.
func (t Test) scheme() string {
	if t == API {
		return "http"
	}
	return "ws"
}

// secrets are the variables that a test reads its secrets from, and whether it needs them.
func (t Test) secrets() (names []string, needed bool) {
	if t == Signalling {
		return []string{"LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"}, true
	}
	return []string{"TOKEN"}, false
}

// The design's sizes of the tests (section "Load Testing").
const (
	designWebSocketUsers, designWebSocketTime = 50_000, 10 * time.Minute
	designSFUUsers, designSFUTime             = 500, 30 * time.Minute
	designAPIUsers, designAPITime             = 1_000, 15 * time.Minute
)

// Pings of a test. The API's clients ping every 30 s (manifests.APIDrainSeconds has the
// source); LiveKit wants one every 5 s and ends what is silent for 15 s (livekit
// pkg/rtc/participant.go).
const (
	webSocketPingSeconds  = 30
	signallingPingSeconds = 5
)

// requestsPerUser is how many requests a user of the API test makes per second. The design
// says nothing, and with k6's own default a user asks again at once: one per second is what
// a person clicking through pages might do at most.
const requestsPerUser = 1

// Spec is a test and what it is aimed at.
type Spec struct {
	Test Test
	// Target is the URL: wss://host/path of a WebSocket, https://host of the API,
	// wss://host of LiveKit.
	Target string
	// Users are all virtual users, of all workers.
	Users int
	// Ramp is how long they take to begin, Hold how long all of them are there.
	Ramp, Hold time.Duration
	// Workers share the users; 1 is a test without workers.
	Workers int
	// Paths are what the API test asks for, one at random each time.
	Paths []string
	// PerRoom is how many participants of the signalling test join one room.
	PerRoom int
	// Name begins the rooms of this run.
	Name string
}

// Default is the design's test. The target is left to the caller.
func Default(test Test) Spec {
	s := Spec{Test: test, Workers: 1, Name: "run"}
	switch test {
	case WebSocket:
		s.Users, s.Hold = designWebSocketUsers, designWebSocketTime
	case API:
		s.Users, s.Hold = designAPIUsers, designAPITime
		// What answers without changing anything.
		s.Paths = []string{manifests.HealthPath, "/v1/meetings"}
	case Signalling:
		s.Users, s.Hold, s.PerRoom = designSFUUsers, designSFUTime, designSFUUsers
	}
	return s
}

// RequestsPerSecond is what all users of the API test ask for together.
func (s Spec) RequestsPerSecond() float64 {
	if s.Test != API {
		return 0
	}
	return float64(s.Users * requestsPerUser)
}

var (
	pathPattern = regexp.MustCompile(`^/[A-Za-z0-9/_.~-]*$`)
	runPattern  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
)

// Validate names the first thing that cannot be tested.
func (s Spec) Validate() error {
	wrong := func(name string, value any, allowed string) error {
		return fmt.Errorf("%s: %q: must be %s", name, fmt.Sprint(value), allowed)
	}
	target, err := url.Parse(s.Target)
	switch {
	case !slices.Contains(Tests, s.Test):
		return wrong("test", s.Test, fmt.Sprintf("one of %v", Tests))
	case err != nil || target.Host == "" || target.User != nil || target.Scheme != s.Test.scheme() && target.Scheme != s.Test.scheme()+"s":
		return wrong("target", s.Target, fmt.Sprintf("a URL that begins with %ss://", s.Test.scheme()))
	case s.Users < 1:
		return wrong("users", s.Users, "at least 1")
	case s.Workers < 1 || s.Workers > s.Users:
		return wrong("workers", s.Workers, fmt.Sprintf("1 to the %d users", s.Users))
	case s.Ramp < 0 || s.Ramp%time.Second != 0:
		return wrong("ramp", s.Ramp, "whole seconds")
	case s.Hold < time.Second || s.Hold%time.Second != 0:
		return wrong("duration", s.Hold, "whole seconds, at least one")
	case s.Test == API && len(s.Paths) == 0:
		return wrong("paths", "", "at least one path")
	case s.Test == Signalling && s.PerRoom < 1:
		return wrong("participants", s.PerRoom, "at least 1")
	case s.Test == Signalling && !runPattern.MatchString(s.Name):
		return wrong("name", s.Name, "lower-case letters, digits and hyphens")
	}
	for _, path := range s.Paths {
		if !pathPattern.MatchString(path) {
			return wrong("paths", path, "a path such as /v1/meetings")
		}
	}
	return nil
}

// variable is one of the environment that a script reads.
type variable struct{ name, value string }

// environment is everything that a script reads but its secrets and its worker's number.
func (s Spec) environment() []variable {
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
	env := []variable{
		{"TARGET", strings.TrimSuffix(s.Target, "/")},
		{"USERS", strconv.Itoa(s.Users)}, {"WORKERS", strconv.Itoa(s.Workers)},
		{"RAMP_SECONDS", seconds(s.Ramp)}, {"HOLD_SECONDS", seconds(s.Hold)},
		// k6 would tell its maker about every run, and listen for commands.
		{"K6_NO_USAGE_REPORT", "true"}, {"K6_NO_COLOR", "true"},
	}
	success := strconv.FormatFloat(sizing.ConnectionsObjective.Percent/100, 'g', -1, 64)
	switch s.Test {
	case WebSocket:
		env = append(env, variable{"CONNECTION_SUCCESS", success}, variable{"PING_SECONDS", strconv.Itoa(webSocketPingSeconds)})
	case API:
		env = append(env,
			variable{"API_LIMIT_MS", strconv.Itoa(int(sizing.APIObjective.Limit.Milliseconds()))},
			variable{"API_PERCENT", strconv.Itoa(sizing.APIObjective.Percentile())},
			variable{"REQUESTS_PER_SECOND", strconv.Itoa(int(math.Ceil(s.RequestsPerSecond())))},
			variable{"PATHS", strings.Join(s.Paths, ",")})
	case Signalling:
		env = append(env, variable{"CONNECTION_SUCCESS", success}, variable{"PING_SECONDS", strconv.Itoa(signallingPingSeconds)},
			variable{"PARTICIPANTS_PER_ROOM", strconv.Itoa(s.PerRoom)}, variable{"RUN", s.Name})
	}
	return env
}
