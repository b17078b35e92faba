//go:build live

package live_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
)

func TestTraefikLimitsOneClientAndNoOther(t *testing.T) {
	e := startEdge(t, edgeConfig(t))
	statuses := map[int]int{}
	count := func(response *http.Response) { statuses[response.StatusCode]++ }
	e.request(t, e.Ports.WebSecure, "203.0.113.8", newRequest(t, apiHost, "/v1/auth/login"), 2*e.RateLimit.Burst, count)
	require.GreaterOrEqual(t, statuses[http.StatusOK], e.RateLimit.Burst, "a full meeting behind one address gets in")
	require.Positive(t, statuses[http.StatusTooManyRequests], "what is more does not")
	clear(statuses)
	e.request(t, e.Ports.WebSecure, "203.0.113.9", newRequest(t, apiHost, "/v1/auth/login"), 1, count)
	require.Equal(t, map[int]int{http.StatusOK: 1}, statuses)
}

func TestTraefikIgnoresPROXYFromStrangers(t *testing.T) {
	config := edgeConfig(t)
	config.TrustedRanges = []string{"10.10.0.0/16"}
	e := startEdge(t, config)
	e.request(t, e.Ports.WebSecure, client, newRequest(t, apiHost, "/v1/meetings"), 1, func(response *http.Response) {
		var s seen
		require.NoError(t, json.NewDecoder(response.Body).Decode(&s))
		require.Equal(t, live.Loopback, s.ForwardedFor)
	})
}

// The second change is the one that a watch on the file itself would miss.
func TestTraefikFollowsItsConfigMap(t *testing.T) {
	config := edgeConfig(t)
	e := startEdge(t, config)
	for revision := 2; revision <= 4; revision++ {
		path := fmt.Sprintf("/v%d/chat", revision)
		config.Routes[3].Path = path
		mountConfigMap(t, config, revision)
		e.Until("serving "+path, func() error {
			status := 0
			e.request(t, e.Ports.WebSecure, client, newRequest(t, apiHost, path), 1, func(response *http.Response) { status = response.StatusCode })
			if status != http.StatusOK {
				return fmt.Errorf("status %d", status)
			}
			return nil
		})
	}
}

func TestTraefikDrains(t *testing.T) {
	e := startEdge(t, edgeConfig(t))
	e.Signal(syscall.SIGTERM)
	e.Until("out of the load balancer", func() error {
		if _, err := live.Get(fmt.Sprintf("http://%s/ping", live.Address(e.Ports.Ping))); err == nil || !strings.Contains(err.Error(), "503") {
			return fmt.Errorf("ping still says it is well: %v", err)
		}
		return nil
	})
	e.request(t, e.Ports.WebSecure, client, newRequest(t, apiHost, "/v1/meetings"), 1, func(response *http.Response) {
		require.Equal(t, http.StatusOK, response.StatusCode)
	})
}
