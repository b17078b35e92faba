package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/report"
)

// larger is a recorded preview of the stack dev: two SFU nodes more, $84.00, and larger
// Redis nodes, $6.00, on $201.20.
const larger = "internal/cost/testdata/dev-larger.json"

// The exit codes are a contract: CI jobs branch on them. The report is written anyway.
func TestCostExitCodes(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"no limits":             {nil, 0, nil},
		"within":                {[]string{"--max-monthly", "291.20", "--max-increase", "90", "--max-increase-percent", "44.8"}, 0, nil},
		"over monthly":          {[]string{"--max-monthly", "291.19"}, 3, []string{"--max-monthly: $291.20 a month is more than $291.19"}},
		"over increase":         {[]string{"--max-increase", "89.99"}, 4, []string{"--max-increase: $90.00 a month is more than $89.99"}},
		"over percent":          {[]string{"--max-increase-percent", "44.7"}, 5, []string{"--max-increase-percent: +44.73 % is more than 44.7 %"}},
		"over two of them":      {[]string{"--max-increase", "1", "--max-increase-percent", "44"}, 4, []string{"--max-increase:", "--max-increase-percent:"}},
		"a limit of nonsense":   {[]string{"--max-increase", "lots"}, 1, []string{`--max-increase: "lots": must be a number`}},
		"a limit of all memory": {[]string{"--max-monthly", "1e999999999"}, 1, []string{`--max-monthly: "1e999999999": must be a number`}},
		"a negative limit":      {[]string{"--max-monthly", "-1"}, 1, []string{`--max-monthly: "-1": must be a number`}},
		"an unknown format":     {[]string{"--output", "poem"}, 1, []string{`--output: "poem"`}},
		"another stack":         {[]string{"--stack", "prod"}, 1, []string{`--stack "prod": the preview is of stack "dev"`}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := run(t, append([]string{"cost", "--preview-file", larger}, c.args...)...)
			require.Equal(t, c.code, exitCode(err))
			for _, text := range c.says {
				require.ErrorContains(t, err, text)
			}
			if c.code != 1 {
				require.Contains(t, out, "What changes")
			}
		})
	}
	require.Equal(t, 1, exitCode(errors.New("any other")))
}

// What is not a whole preview is refused.
func TestCostRefuses(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "..", larger))
	require.NoError(t, err)
	for name, c := range map[string]struct{ text, want string }{
		"a table":                {"Previewing update (dev):", "not what \"pulumi preview --json\" prints"},
		"only changes":           {strings.Replace(string(whole), `"same":`, `"same":9`, 1), "--show-sames"},
		"a failed preview":       {`{"changeSummary":{},"steps":[],"diagnostics":[{"message":"no credentials","severity":"error"}]}`, "no credentials"},
		"a broken configuration": {strings.Replace(string(whole), `"gomeet:meetings":"1"`, `"gomeet:meetings":"none"`, 1), "gomeet:meetings"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "preview.json")
			require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
			_, err := run(t, "cost", "--preview-file", path)
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err = run(t, "cost")
	require.ErrorContains(t, err, "--stack")
}

// A saved preview is priced as the one it was saved from.
func TestCostSavesThePreview(t *testing.T) {
	saved := filepath.Join(t.TempDir(), "preview.json")
	first, err := run(t, "cost", "--preview-file", larger, "--save-preview", saved)
	require.NoError(t, err)
	second, err := run(t, "cost", "--preview-file", saved)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestCostPage(t *testing.T) {
	out, err := run(t, "cost", "--preview-file", larger, "--output", "html", "--max-monthly", "250")
	require.Equal(t, 3, exitCode(err))
	require.Contains(t, out, "$201.20 → $291.20 a month, &#43;$90.00")
	require.Contains(t, out, "Over the limit: --max-monthly")
	require.NotRegexp(t, `(src|href)=|@import|url\(`, out, "the page loads something from outside")
}

// The JSON's lines add up to its totals.
func TestCostJSON(t *testing.T) {
	out, err := run(t, "cost", "--preview-file", larger, "--output", "json")
	require.NoError(t, err)
	var view report.CostView
	require.NoError(t, json.Unmarshal([]byte(out), &view))
	sum := view.Before.Sub(view.Before)
	for _, line := range view.Lines {
		if line.After != nil && line.After.Amount != nil {
			sum = sum.Add(*line.After.Amount)
		}
	}
	require.True(t, sum.Equal(view.After))
	require.Equal(t, "90", view.Difference.Expected.String())
	require.Equal(t, "44.73", view.Percent.Decimal.String())
}
