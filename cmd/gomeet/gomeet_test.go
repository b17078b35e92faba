package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/internal/report"
)

// run runs gomeet where Pulumi.yaml is and returns its standard output.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	home, err := os.Getwd()
	require.NoError(t, err)
	require.NoError(t, os.Chdir(filepath.Join("..", "..")))
	defer func() { require.NoError(t, os.Chdir(home)) }()
	var out bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&bytes.Buffer{})
	root.SetArgs(args)
	err = root.Execute()
	return out.String(), err
}

func TestGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"plan-prod.txt":          {"plan", "--stack", "prod"},
		"plan-prod.md":           {"plan", "--stack", "prod", "--output", "markdown"},
		"plan-prod.json":         {"plan", "--stack", "prod", "--output", "json"},
		"plan-dev.txt":           {"plan", "--stack", "dev"},
		"plan-prod-capacity.txt": {"plan", "--stack", "prod", "--model", "capacity"},
		"plan-small.txt":         {"plan", "--meetings", "5", "--participants", "50", "--model", "capacity"},
		"explain-calibrated.txt": {
			"plan", "--stack", "prod", "--model", "capacity", "--calibration", "sizing/calibration/testdata/c-16.yaml", "--explain", "sfu.nodes",
		},
		"explain-sfu.txt":       {"plan", "--stack", "prod", "--model", "capacity", "--explain", "sfu.nodes"},
		"compare-design.txt":    {"plan", "--stack", "prod", "--compare", "design"},
		"simulate-prod.txt":     {"simulate", "--stack", "prod"},
		"cost-larger.txt":       {"cost", "--preview-file", larger},
		"cost-larger.md":        {"cost", "--preview-file", larger, "--output", "markdown"},
		"cost-larger.json":      {"cost", "--preview-file", larger, "--output", "json"},
		"cost-unchanged.md":     {"cost", "--preview-file", "internal/cost/testdata/prod.json", "--output", "markdown"},
		"cost-one-site.md":      {"cost", "--preview-file", "internal/cost/testdata/prod-one-site.json", "--output", "markdown"},
		"cost-autoscaled.md":    {"cost", "--preview-file", "internal/cost/testdata/prod-autoscaled.json", "--output", "markdown"},
		"cost-autoscaled.txt":   {"cost", "--preview-file", "internal/cost/testdata/prod-autoscaled.json", "--all"},
		"simulate-capacity.txt": {"simulate", "--stack", "prod", "--model", "capacity", "--lose", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := run(t, args...)
			require.NoError(t, err)
			golden.Equal(t, name, out)
		})
	}
}

// The page the user asked for says what the tables say, and needs nothing else.
func TestPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.html")
	_, err := run(t, "plan", "--stack", "prod", "--html", path)
	require.NoError(t, err)
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(page), "This plan carries 6000 of 50000 participants")
	require.NotRegexp(t, `(src|href)=|@import|url\(`, string(page), "the page loads something from outside")
	require.NoFileExists(t, path+".part")
}

// A stack that autoscales is simulated so, within its limits and at its price.
func TestSimulationAutoscales(t *testing.T) {
	simulated := func(args ...string) (day struct {
		PeakNodes     int
		NodeHours     float64
		NodeHoursCost decimal.Decimal
	}) {
		out, err := run(t, append([]string{"simulate", "--stack", "prod", "-o", "json"}, args...)...)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal([]byte(out), &day))
		// $504 for 672 hours of a g-16vcpu-64gb.
		require.InDelta(t, 0.75*day.NodeHours, day.NodeHoursCost.InexactFloat64(), 0.01)
		return day
	}
	day := simulated()
	require.Equal(t, 20, day.PeakNodes)
	require.Less(t, day.NodeHours, 20*24.0)
	require.Greater(t, day.NodeHours, 8*24.0)
	require.Equal(t, 12, simulated("--nodes", "12").PeakNodes)
}

// What the plan says is what the stack deploys.
func TestJSONIsAsOrdered(t *testing.T) {
	out, err := run(t, "plan", "--stack", "prod", "-o", "json")
	require.NoError(t, err)
	var view report.View
	require.NoError(t, json.Unmarshal([]byte(out), &view))
	nodes := map[string]int{}
	for _, pool := range view.Pools {
		nodes[string(pool.Role)] += pool.Count
	}
	require.Equal(t, 12, nodes["sfu"])
	require.Equal(t, 30, nodes["api"])
	require.False(t, view.Capacity.Sufficient)
	require.Equal(t, 6000, view.Capacity.Participants)
}

func TestErrorsNameTheFlag(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no such stack":   {[]string{"plan", "--stack", "nosuch"}, "Pulumi.nosuch.yaml"},
		"zero meetings":   {[]string{"plan", "--meetings", "0"}, `--meetings: "0": must be between 1 and 10000`},
		"too large":       {[]string{"plan", "--stack", "prod", "--participants", "5000"}, `--participants: "5000": must be at most 1122: a meeting`},
		"all of it":       {[]string{"plan", "--redundancy", "-9"}, `--redundancy: "-9": must be `},
		"discount":        {[]string{"plan", "--committed-use", "95"}, `--committed-use: "95": must be between 0 and 90`},
		"unknown region":  {[]string{"plan", "--regions", "jkt1"}, `--regions: "jkt1": must be an open region`},
		"unknown model":   {[]string{"plan", "--model", "hope"}, `--model: "hope": must be one of`},
		"unknown item":    {[]string{"plan", "--explain", "luck"}, "luck"},
		"unknown format":  {[]string{"plan", "--output", "poem"}, "--output"},
		"unknown compare": {[]string{"plan", "--compare", "hope"}, "--compare"},
		"unknown sort":    {[]string{"simulate", "--sort-by", "hope"}, `--sort-by: "hope": must be one of [random cpuload`},
		"unknown choice":  {[]string{"simulate", "--algorithm", "hope"}, `--algorithm: "hope": must be one of [lowest twochoice]`},
		"load in percent": {[]string{"simulate", "--cpu-load-limit", "70"}, `--cpu-load-limit: 70: must be above 0 and at most 1`},
		"negative nodes":  {[]string{"simulate", "--nodes", "-3"}, "nodes"},
		"sites twice":     {[]string{"plan", "--stack", "prod", "--regions", "sgp1"}, "--regions [sgp1]: must be left out with --stack"},
		"page or item":    {[]string{"plan", "--explain", "sfu.nodes", "--html", "x.html"}, "[explain html]"},
		"load's format":   {[]string{"load", "sfu", "--stack", "prod", "--output", "poem"}, "--output"},
		"transport":       {[]string{"load", "sfu", "--stack", "prod", "--transport", "TCP"}, `--transport "TCP": must be one of [udp tcp turn]`},
		"policy's format": {[]string{"policy", "--stack", "prod", "--output", "poem"}, "--output"},
		"no folder":       {[]string{"plan", "--html", filepath.Join("nosuch", "plan.html")}, "--html"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(t, c.args...)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// A flag goes on top of the stack's file.
func TestPlanFlagsOverrideTheStack(t *testing.T) {
	total := func(args ...string) string {
		text, err := run(t, append([]string{"plan", "--stack", "prod", "--output", "json"}, args...)...)
		require.NoError(t, err)
		var view struct {
			Cost struct{ Expected string }
		}
		require.NoError(t, json.Unmarshal([]byte(text), &view))
		require.NotEmpty(t, view.Cost.Expected)
		return view.Cost.Expected
	}
	require.NotEqual(t, total(), total("--high-availability=false"))
}

// The zeros that the help names are what it says.
func TestLoadZeros(t *testing.T) {
	want, err := run(t, "load", "plan", "--stack", "prod")
	require.NoError(t, err)
	got, err := run(t, "load", "plan", "--stack", "prod", "--users", "0", "--duration", "0", "--participants", "0")
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestCatalogueUpdateNeedsAToken(t *testing.T) {
	t.Setenv("DIGITALOCEAN_TOKEN", "")
	_, err := run(t, "catalogue", "update", "--dry-run")
	require.ErrorContains(t, err, "DIGITALOCEAN_TOKEN")
}

func TestSummary(t *testing.T) {
	var outputs deployed
	text, err := os.ReadFile(filepath.Join("testdata", "outputs.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &outputs))
	var out bytes.Buffer
	writeSummary(&out, "dev", outputs)
	golden.Equal(t, "summary.txt", out.String())
}
