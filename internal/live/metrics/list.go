// Package metrics compares the lists of metrics that rules and dashboards are held to
// with what the daemons serve. Only live tests use it.
package metrics

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite-metrics", false, "rewrite the lists under manifests/testdata/metrics")

// atTimes begins the heading of a list's second part: what a daemon serves once it happened,
// as a packet that was lost.
const atTimes = "# At times"

// Compare requires that a scrape, in Prometheus' text format, has everything that the list
// of this name has; of what is served at times, that it has these labels when it is served.
// With -rewrite-metrics the list becomes the scrape's, under its headings.
func Compare(t testing.TB, list, scrape string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "..", "..", "..", "manifests", "testdata", "metrics", list+".txt")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	always, sometimes, _ := strings.Cut(string(text), atTimes)
	heading, want := parts(always)
	got := Served(scrape)
	var served []string
	if sometimes != "" {
		var rare []string
		sometimes = atTimes + sometimes
		_, rare = parts(sometimes)
		served = slices.DeleteFunc(slices.Clone(got), func(line string) bool {
			return !slices.ContainsFunc(rare, func(other string) bool { return name(other) == name(line) })
		})
		require.Subset(t, rare, served, "%s has other labels than the daemon serves", path)
	}
	if *rewrite {
		got = slices.DeleteFunc(got, func(line string) bool { return slices.Contains(served, line) })
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(append(heading, got...), "\n")+"\n"+sometimes), 0o644))
		return
	}
	require.Subset(t, got, want, "%s names metrics that the daemon does not serve; run with -args -rewrite-metrics", path)
}

// parts splits a part of a list into its heading and its metrics.
func parts(text string) (heading, metrics []string) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "#") {
			heading = append(heading, line)
		} else {
			metrics = append(metrics, line)
		}
	}
	return heading, metrics
}

// name is a metric's, without its labels.
func name(line string) string {
	name, _, _ := strings.Cut(line, "{")
	return name
}

var (
	sampleLine = regexp.MustCompile(`(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*) ?(?:\{(.*)\})? `)
	labelName  = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)="`)
)

// Served lists a scrape's metrics with the names of their labels, without those of the
// Go runtime.
func Served(scrape string) []string {
	names := map[string]map[string]bool{}
	for _, sample := range sampleLine.FindAllStringSubmatch(scrape, -1) {
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
