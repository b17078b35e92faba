package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/report"
)

// The cost table of the README is what the plans say.
func TestReadmeCostTable(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	for name, args := range map[string][]string{
		"`dev`":                            {"--stack", "dev"},
		"`prod`, as the design":            {"--stack", "prod"},
		"the same target with `model: cap": {"--stack", "prod", "--model", "capacity"},
	} {
		out, err := run(t, append([]string{"plan", "-o", "json"}, args...)...)
		require.NoError(t, err)
		var view report.View
		require.NoError(t, json.Unmarshal([]byte(out), &view))
		nodes := 0
		for _, pool := range view.Pools {
			nodes += pool.Count
		}
		dollars := func(scenario string) string {
			return strings.TrimSuffix(report.Money(view.Cost[scenario].RoundDown(0)), ".00")
		}
		row := fmt.Sprintf("| %d | %s | %s | %s | ", nodes, dollars("low"), dollars("expected"), dollars("peak"))
		found := false
		for _, line := range strings.Split(string(readme), "\n") {
			found = found || strings.Contains(line, name) && strings.Contains(line, row)
		}
		require.True(t, found, "the README has no row %q with %q", name, row)
	}
}

func TestMoney(t *testing.T) {
	for amount, want := range map[string]string{
		"0": "$0.00", "1.5": "$1.50", "999.999": "$1,000.00", "1234567.891": "$1,234,567.89", "-4200": "-$4,200.00",
	} {
		require.Equal(t, want, report.Money(decimal.RequireFromString(amount)))
	}
}
