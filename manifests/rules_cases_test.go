package manifests_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

// series maps series to their values, one a minute, as promtool writes them: a+bxn is n
// more values, each b above the last (prometheus.io, unit testing for rules).
type series map[string]string

// firing is how an alert is shown to fire and to stay silent: after so long, on these
// series. "make rules" lets promtool try it.
type firing struct {
	after         string
	fires, silent series
}

// slow are the subjects whose tests last hours or days; every minute of them takes
// promtool minutes.
var slow = map[string]bool{"objectives": true, "backups": true, "capacity": true, "certificates": true}

type (
	ruleTests struct {
		Files    []string   `yaml:"rule_files"`
		Interval string     `yaml:"evaluation_interval"`
		Tests    []ruleTest `yaml:"tests"`
	}
	ruleTest struct {
		Name     string        `yaml:"name"`
		Interval string        `yaml:"interval"`
		Series   []inputSeries `yaml:"input_series"`
		Expect   []exprTest    `yaml:"promql_expr_test"`
	}
	inputSeries struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	}
	exprTest struct {
		Expr    string   `yaml:"expr"`
		At      string   `yaml:"eval_time"`
		Samples []sample `yaml:"exp_samples"`
	}
	sample struct {
		Labels string `yaml:"labels"`
		Value  int    `yaml:"value"`
	}
)

// TestRuleTests renders the tests that promtool runs, and requires two of each alert.
func TestRuleTests(t *testing.T) {
	unused := map[string]bool{}
	for name := range firings {
		unused[name] = true
	}
	for _, file := range manifests.Rules(limits()) {
		tests := ruleTests{Files: []string{"../rules/" + file.File()}, Interval: "1m"}
		if slow[file.Subject] {
			tests.Interval = "15m"
		}
		for _, alert := range file.Alerts {
			f, ok := firings[alert.Name]
			require.True(t, ok, "%s is not tested", alert.Name)
			delete(unused, alert.Name)
			tests.Tests = append(tests.Tests, f.test(alert.Name, "fires", f.fires, 1), f.test(alert.Name, "is silent", f.silent, 0))
			for _, what := range slices.Sorted(maps.Keys(otherFirings[alert.Name])) {
				tests.Tests = append(tests.Tests, f.test(alert.Name, "fires: "+what, otherFirings[alert.Name][what], 1))
			}
		}
		text, err := yaml.Marshal(tests)
		require.NoError(t, err)
		golden.Equal(t, "prometheus/tests/"+file.File(), string(text))
	}
	require.Empty(t, unused, "tests of alerts that are gone")
}

func (f firing) test(alert, what string, input series, want int) ruleTest {
	test := ruleTest{Name: alert + " " + what, Interval: "1m"}
	for _, name := range sorted(input) {
		test.Series = append(test.Series, inputSeries{name, input[name]})
	}
	expect := exprTest{Expr: fmt.Sprintf(`count(ALERTS{alertname="%s",alertstate="firing"})`, alert), At: f.after, Samples: []sample{}}
	if want > 0 {
		expect.Samples = append(expect.Samples, sample{"{}", want})
	}
	test.Expect = []exprTest{expect}
	return test
}
