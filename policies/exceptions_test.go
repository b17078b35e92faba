package policies_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/policies"
)

const oneException = `
exceptions:
  - rule: do-firewall-inbound
    stacks: [prod]
    name: "*-sfu"
    subjects: ["udp 7882*"]
    reason: Participants send media from anywhere.
    expires: 2027-05-31
`

func firewall(name string, ports ...string) policies.Resource {
	var rules []any
	for _, p := range ports {
		rules = append(rules, map[string]any{"protocol": "udp", "portRange": p, "sourceAddresses": []any{"0.0.0.0/0"}})
	}
	return policies.Resource{
		URN: "urn:" + name, Name: name, Type: "digitalocean:index/firewall:Firewall", Properties: map[string]any{"inboundRules": rules},
	}
}

// An exception is for one rule, some resources, some parts of them, and some time.
func TestExceptions(t *testing.T) {
	file, err := policies.Parse([]byte(oneException))
	require.NoError(t, err)
	lastDay := time.Date(2027, 5, 31, 23, 59, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		stack    string
		today    time.Time
		resource policies.Resource
		// violations and excepted are how many of each there are.
		violations, excepted int
		remark               string
	}{
		"it allows":             {"prod", lastDay, firewall("singapore-sfu", "7882-7913"), 0, 1, ""},
		"only the part":         {"prod", lastDay, firewall("singapore-sfu", "7882-7913", "22"), 1, 1, ""},
		"only the resource":     {"prod", lastDay, firewall("singapore-api", "7882-7913"), 1, 0, "allows nothing any more"},
		"only the stack":        {"dev", lastDay, firewall("singapore-sfu", "7882-7913"), 1, 0, ""},
		"until its last day":    {"prod", lastDay.Add(time.Minute), firewall("singapore-sfu", "7882-7913"), 1, 0, "expired on 2027-05-31"},
		"and nothing is needed": {"prod", lastDay, firewall("singapore-sfu"), 0, 0, "allows nothing any more"},
	} {
		t.Run(name, func(t *testing.T) {
			verdict, err := policies.Judge(file.For(c.stack, c.today), []policies.Resource{c.resource})
			require.NoError(t, err)
			require.Len(t, verdict.Violations, c.violations)
			require.Equal(t, c.violations, verdict.Mandatory())
			require.Len(t, verdict.Excepted, c.excepted)
			if c.remark == "" {
				require.Empty(t, verdict.Remarks)
			} else {
				require.Len(t, verdict.Remarks, 1)
				require.Contains(t, verdict.Remarks[0], c.remark)
			}
		})
	}
}

func TestSettingsAreChecked(t *testing.T) {
	_, err := policies.Read("settings.yaml")
	require.NoError(t, err, "the committed file")
	for text, problem := range map[string]string{
		"exceptions: [{rule: nonsense}]":                                           `exceptions[0]: rule: "nonsense": must be the id of a rule`,
		"exceptions: [{rule: gomeet-budget, reason: because}]":                     `reason: "because": must say why`,
		"exceptions: [{rule: gomeet-budget, reason: it is agreed with the board}]": "expires: missing",
		"exceptions: [{rule: gomeet-budget, expires: soon}]":                       `"soon": must be a day`,
		"exceptions: [{rules: []}]":                                                "field rules not found",
		"monthlyBudget: {dev: 1e999999999}":                                        "monthlyBudget.dev: must be US dollars per month",
		"monthlyBudget: {dev: 1e-999999999}":                                       "monthlyBudget.dev: must be US dollars per month",
		"monthlyBudget: {dev: 0}":                                                  "monthlyBudget.dev: 0: must be above 0",
		`exceptions: [{rule: gomeet-budget, name: "[", reason: it is agreed with the board, expires: 2027-01-01}]`: `"[": must be a pattern`,
	} {
		_, err := policies.Parse([]byte(text))
		require.ErrorContains(t, err, problem, text)
	}
}
