package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/policies"
)

// permissive is a settings file by which the recorded preview "larger" is clean. The
// record has what may have a price and, to be short, neither the pods that Services select
// nor the disruption budgets.
const permissive = `
monthlyBudget: {dev: 300}
exceptions:
  - {rule: do-cluster-auto-upgrade, subjects: [autoUpgrade], reason: the version is pinned on purpose, expires: 2027-05-31}
  - {rule: k8s-selectors, reason: the recorded preview leaves out the pods, expires: 2027-05-31}
  - {rule: k8s-disruption-budget, reason: the recorded preview leaves out the budgets, expires: 2027-05-31}
`

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// The exit codes are a contract: CI jobs branch on them. The report is written anyway.
func TestPolicyExitCodes(t *testing.T) {
	clean, strict := settingsFile(t, permissive), settingsFile(t, "monthlyBudget: {dev: 100}")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"clean":                       {[]string{"--settings", clean}, 0, ""},
		"the last day of exceptions":  {[]string{"--settings", clean, "--date", "2027-05-31"}, 0, ""},
		"the day after":               {[]string{"--settings", clean, "--date", "2027-06-01"}, 2, "violations of mandatory policies in stack dev: 16"},
		"over the budget":             {[]string{"--settings", strict}, 2, "violations of mandatory policies in stack dev: 17"},
		"a broken settings file":      {[]string{"--settings", settingsFile(t, "exceptions: [{rule: none}]")}, 1, `rule: "none": must be the id of a rule`},
		"settings that are not there": {[]string{"--settings", "none.yaml"}, 1, "--settings: reading"},
		"another stack":               {[]string{"--stack", "prod"}, 1, `--stack "prod": the preview is of stack "dev"`},
		"an unknown format":           {[]string{"--settings", clean, "--output", "poem"}, 1, `--output: "poem"`},
		"a day of nonsense":           {[]string{"--settings", clean, "--date", "tomorrow"}, 1, `--date "tomorrow"`},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"policy", "--preview-file", larger, "--date", "2026-12-01"}, c.args...)
			out, err := run(t, args...)
			require.Equal(t, c.code, exitCode(err), err)
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
			}
			if c.code != 1 {
				require.Contains(t, out, "Violations of policies in stack dev")
			}
		})
	}
	_, err := run(t, "policy")
	require.ErrorContains(t, err, "--stack: name a stack")
}

func TestPolicyOutput(t *testing.T) {
	strict := settingsFile(t, "monthlyBudget: {dev: 100}")
	for format, file := range map[string]string{"table": "policy.txt", "markdown": "policy.md", "json": "policy.json"} {
		out, err := run(t, "policy", "--preview-file", larger, "--settings", strict, "--output", format)
		require.Equal(t, violated, exitCode(err))
		golden.Equal(t, file, out)
	}
	out, err := run(t, "policy", "--rules", "--output", "json")
	require.NoError(t, err)
	var rules []report.RuleView
	require.NoError(t, json.Unmarshal([]byte(out), &rules))
	require.Len(t, rules, len(policies.Rules()))
}

var rulesTable = regexp.MustCompile(`(?s)(<!-- gomeet policy --rules -->\n)(.*?)(<!-- end -->\n)`)

var checksTable = regexp.MustCompile(`(?s)(<!-- public checks -->\n)(.*?)(<!-- end -->\n)`)

// publicChecks maps the checks that others have for DigitalOcean, and the controls of the CIS
// benchmark, to the rules that cover them.
func publicChecks() string {
	rules := map[string][]string{}
	for _, r := range policies.Rules() {
		for _, reference := range r.References {
			if regexp.MustCompile(`^(CKV_DIO_|DIG-|CIS )`).MatchString(reference) {
				rules[reference] = append(rules[reference], "`"+r.ID+"`")
			}
		}
	}
	ids := slices.Collect(maps.Keys(rules))
	// 5.2.10 comes after 5.2.9.
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(sortable(a), sortable(b)) })
	table := "| Check | Rules |\n| --- | --- |\n"
	for _, id := range ids {
		table += "| " + id + " | " + strings.Join(rules[id], ", ") + " |\n"
	}
	return table
}

func sortable(id string) string {
	return regexp.MustCompile(`\d+`).ReplaceAllStringFunc(id, func(n string) string { return fmt.Sprintf("%06s", n) })
}

// The table of docs/policies.md is the rules; -update writes it there.
func TestPolicyDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "policies.md")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var table bytes.Buffer
	require.NoError(t, report.Markdown(&table, []report.Table{report.PolicyRules()}))
	require.True(t, rulesTable.Match(text), "the document has a place for the rules")
	made := rulesTable.ReplaceAllString(string(text), "${1}"+table.String()+"${3}")
	require.True(t, checksTable.MatchString(made), "and for the checks of others")
	made = checksTable.ReplaceAllString(made, "${1}"+publicChecks()+"${3}")
	if golden.Updating() {
		require.NoError(t, os.WriteFile(path, []byte(made), 0o644))
		return
	}
	require.Equal(t, made, string(text), "run the test with -update if the change is wanted")
}
