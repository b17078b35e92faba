package load_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/internal/load"
	"github.com/gomeet/infra/sizing"
)

// target is where a test of a stack goes.
var target = map[load.Test]string{
	load.WebSocket: "wss://ws.gomeet.example/v1/signalling", load.API: "https://api.gomeet.example", load.Signalling: "wss://rtc.gomeet.example",
}

// Every test as a cluster gets it, with the design's own sizes.
func TestJobs(t *testing.T) {
	for _, test := range load.Tests {
		t.Run(string(test), func(t *testing.T) {
			s := load.Default(test)
			s.Target, s.Workers, s.Ramp = target[test], 9, time.Minute
			objects, err := s.Job(sizing.PodRequest{MilliCPU: 2_700, MemoryMiB: 28_036})
			require.NoError(t, err)
			text, err := load.YAML(objects)
			require.NoError(t, err)
			golden.Equal(t, string(test)+".yaml", text)
		})
	}
}

func TestSpecRejects(t *testing.T) {
	for want, change := range map[string]func(*load.Spec){
		`test: "video": must be one of`:                          func(s *load.Spec) { s.Test = "video" },
		`target: "https://x.example": must be a URL that begins`: func(s *load.Spec) { s.Target = "https://x.example" },
		`target: "wss://user@x.example": must be a URL`:          func(s *load.Spec) { s.Target = "wss://user@x.example" },
		`target: "": must be a URL that begins with wss://`:      func(s *load.Spec) { s.Target = "" },
		`users: "0": must be at least 1`:                         func(s *load.Spec) { s.Users = 0 },
		`workers: "11": must be 1 to the 10 users`:               func(s *load.Spec) { s.Workers, s.Users = 11, 10 },
		`workers: "0": must be 1 to the 500 users`:               func(s *load.Spec) { s.Workers = 0 },
		`ramp: "1.5s": must be whole seconds`:                    func(s *load.Spec) { s.Ramp = 1500 * time.Millisecond },
		`duration: "0s": must be whole seconds, at least one`:    func(s *load.Spec) { s.Hold = 0 },
		`participants: "0": must be at least 1`:                  func(s *load.Spec) { s.PerRoom = 0 },
		`name: "a b": must be lower-case letters`:                func(s *load.Spec) { s.Name = "a b" },
		`paths: "/v1/a b": must be a path such as /v1/meetings`:  func(s *load.Spec) { s.Paths = []string{"/v1/a b"} },
	} {
		s := load.Default(load.Signalling)
		s.Target = target[load.Signalling]
		change(&s)
		require.ErrorContains(t, s.Validate(), want)
		require.ErrorContains(t, s.Run(t.Context(), "/nowhere", &bytes.Buffer{}), want)
		_, err := s.Job(sizing.PodRequest{})
		require.ErrorContains(t, err, want)
	}
	s := load.Default(load.API)
	s.Target, s.Paths = target[load.API], nil
	require.ErrorContains(t, s.Validate(), `paths: "": must be at least one path`)
}

// Without its secrets the signalling test does not begin.
func TestRunNeedsSecrets(t *testing.T) {
	t.Setenv("LIVEKIT_API_KEY", "")
	s := load.Default(load.Signalling)
	s.Target = target[load.Signalling]
	require.ErrorContains(t, s.Run(t.Context(), "/nowhere", &bytes.Buffer{}), `LIVEKIT_API_KEY: "": must be in the environment for the signalling test`)
}
