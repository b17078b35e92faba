//go:build live

package live_test

import (
	"flag"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
)

var rewrite = flag.Bool("rewrite-metrics", false, "rewrite the lists under manifests/testdata/metrics")

// The lists that rules and dashboards are held to are what the daemons of these versions
// serve, once somebody has joined through the edge.
func TestListsOfMetricsAreTrue(t *testing.T) {
	l, _ := startedLiveKit(t)
	config := edgeConfig(t)
	for i := range config.Routes {
		if config.Routes[i].Name == "livekit" {
			config.Routes[i].Backend = "http://" + live.Address(l.Port)
		}
	}
	e := startEdge(t, config)
	conn, err := e.dial(e.Ports.WebSecure, client)
	require.NoError(t, err)
	token := liveKitToken(t, map[string]any{"roomJoin": true, "room": "standup"})
	participant := live.Upgrade(t, conn, liveKitHost, "/rtc?protocol=15&access_token="+token)
	_, err = participant.Reader.Peek(1)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	e.request(t, e.Ports.WebSecure, client, newRequest(t, apiHost, "/v1/turn"), 1, func(r *http.Response) { require.Equal(t, http.StatusOK, r.StatusCode) })
	for name, url := range map[string]string{
		"livekit": "http://" + live.Address(l.Prometheus.Port) + "/metrics",
		"traefik": "http://" + live.Address(e.Ports.Metrics) + "/metrics",
	} {
		text, err := live.Get(url)
		require.NoError(t, err)
		compareMetrics(t, "../../manifests/testdata/metrics/"+name+".txt", served(text))
	}
}

// unseen begins what a list has from the daemon's source, because it needs real media.
const unseen = "# not served in this test:"

func compareMetrics(t *testing.T, path string, got []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	list, rest, _ := strings.Cut(string(text), unseen)
	var head, want []string
	for _, line := range strings.Split(strings.TrimSpace(list), "\n") {
		if strings.HasPrefix(line, "#") {
			head = append(head, line)
		} else {
			want = append(want, line)
		}
	}
	if *rewrite {
		all := strings.Join(append(head, got...), "\n") + "\n"
		if rest != "" {
			all += unseen + rest
		}
		require.NoError(t, os.WriteFile(path, []byte(all), 0o644))
		return
	}
	require.Subset(t, got, want, "%s names metrics that the daemon does not serve; run with -rewrite-metrics", path)
}

var (
	sampleLine = regexp.MustCompile(`(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? `)
	labelName  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)="`)
)

// served lists a scrape's metrics with the names of their labels, without those of the
// Go runtime.
func served(text string) []string {
	names := map[string]map[string]bool{}
	for _, sample := range sampleLine.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(sample[1], "go_") || strings.HasPrefix(sample[1], "process_") {
			continue
		}
		if names[sample[1]] == nil {
			names[sample[1]] = map[string]bool{}
		}
		for _, label := range labelName.FindAllStringSubmatch(sample[2], -1) {
			names[sample[1]][label[1]] = true
		}
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		line := name
		if labels := slices.Sorted(maps.Keys(names[name])); len(labels) > 0 {
			line += "{" + strings.Join(labels, ",") + "}"
		}
		lines = append(lines, line)
	}
	return lines
}
