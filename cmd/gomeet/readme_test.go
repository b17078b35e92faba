package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/policies"
	"github.com/gomeet/infra/sizing"
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

// What the README counts is counted, and the commands that it names exist.
func TestReadmeCountsAndCommands(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	readme := string(text)
	require.Contains(t, readme, fmt.Sprintf("# %d rules, with their reasons", len(policies.Rules())))
	require.Contains(t, readme, fmt.Sprintf("# %d statements of the design, checked", len(sizing.Claims())))

	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	require.NoError(t, err)
	for _, found := range regexp.MustCompile("`make ([a-z-]+)").FindAllStringSubmatch(readme, -1) {
		require.Regexp(t, `(?m)^(?:[a-z -]+ )?`+found[1]+`(?: [a-z -]+)?:`, string(makefile), "make %s", found[1])
	}
	commands := map[string]bool{}
	for _, command := range newRoot().Commands() {
		commands[command.Name()] = true
	}
	for _, found := range regexp.MustCompile(`(?:\$ |run \./cmd/|`+"`"+`)gomeet ([a-z]+)`).FindAllStringSubmatch(readme, -1) {
		require.True(t, commands[found[1]], "gomeet %s", found[1])
	}
	listed := regexp.MustCompile("`cmd/gomeet` \\| the command line: ([a-z, ]+)").FindStringSubmatch(readme)
	require.NotNil(t, listed, "the table of folders lists the commands")
	for _, name := range strings.Split(listed[1], ", ") {
		require.True(t, commands[strings.TrimSpace(name)], "gomeet %s", name)
	}
}

func TestMoney(t *testing.T) {
	for amount, want := range map[string]string{
		"0": "$0.00", "1.5": "$1.50", "999.999": "$1,000.00", "1234567.891": "$1,234,567.89", "-4200": "-$4,200.00",
	} {
		require.Equal(t, want, report.Money(decimal.RequireFromString(amount)))
	}
}
