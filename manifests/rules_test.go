package manifests_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

// limits is a site with everything in it.
func limits() manifests.Limits {
	return manifests.Limits{
		WebSockets: 20_000, WebSocketsPerPod: 2_000, EdgeConnections: map[string]int{"websecure": 20_000, "websocket": 80_000},
		SFUNodes: 8, SFUParticipants: 1_000, LargestMeeting: 1_500, SFUBytesPerSecond: 250e6,
		PoolerClients: 2_000, PostgresMembers: 2, RedisNodes: 6, RedisReplicas: true, MinIOServers: 4,
		Autoscaled: map[string]int{"sfu": 14, "api": 34}, EgressBytesPerMonth: 1e15,
		Backups: slices.Concat(manifests.PostgresBackups, manifests.RedisBackups, manifests.StateBackups, manifests.RecordingsBackups),
		Drill:   true,
		Certificates: map[string]time.Time{
			"data": time.Unix(90*24*3600, 0),
		},
		Jobs: []string{"livekit", "node"}, RemoteWrite: true,
	}
}

func TestRules(t *testing.T) {
	for _, file := range manifests.Rules(limits()) {
		t.Run(file.Subject, func(t *testing.T) {
			rendered, err := file.Render()
			require.NoError(t, err)
			golden.Equal(t, "prometheus/rules/"+file.File(), rendered)
		})
	}
}

// A site without the data tier, SFU nodes and a load balancer has no alert on them.
func TestRulesOfAnEmptySite(t *testing.T) {
	var names []string
	for _, file := range manifests.Rules(manifests.Limits{}) {
		for _, alert := range file.Alerts {
			names = append(names, alert.Name)
		}
		_, err := file.Render()
		require.NoError(t, err)
	}
	for _, absent := range []string{"HighWebSocketConnections", "SFUCPUHigh", "PostgresHasNoPrimary", "RedisClusterDown", "ObjectStoreCannotWrite", "BackupTooOld", "NodePoolAtMaximum"} {
		require.NotContains(t, names, absent)
	}
	require.Contains(t, names, "TargetDown")
}

// Whoever is woken finds a section of their alert, and no section is about an alert that
// is gone.
func TestEveryAlertHasARunbook(t *testing.T) {
	text, err := os.ReadFile("../docs/alerts.md")
	require.NoError(t, err)
	var sections, want []string
	for _, line := range strings.Split(string(text), "\n") {
		if heading, ok := strings.CutPrefix(line, "### "); ok {
			sections = append(sections, heading)
		}
	}
	for _, file := range manifests.Rules(limits()) {
		for _, alert := range file.Alerts {
			want = append(want, alert.Name)
			require.True(t, strings.HasSuffix(alert.Runbook(), "/docs/alerts.md#"+strings.ToLower(alert.Name)), alert.Runbook())
		}
	}
	require.ElementsMatch(t, want, sections)
}

func TestRuleFileRejects(t *testing.T) {
	good := manifests.Alert{Name: "Bad", Expr: "up == 0", Severity: manifests.Warning, Owner: manifests.OwnerAPI, Summary: "s", Action: "a"}
	for name, test := range map[string]struct {
		change func(*manifests.Alert)
		want   string
	}{
		"no action":   {func(a *manifests.Alert) { a.Action = "" }, `Bad.action is ""; it must be set`},
		"no owner":    {func(a *manifests.Alert) { a.Owner = "" }, `Bad.owner is ""; it must be set`},
		"no severity": {func(a *manifests.Alert) { a.Severity = "page" }, `Bad.severity is "page"; it must be critical or warning`},
		"spaces":      {func(a *manifests.Alert) { a.Name = "two words" }, `alerts[0].name is "two words"; it must be letters and digits, the first a capital`},
	} {
		t.Run(name, func(t *testing.T) {
			alert := good
			test.change(&alert)
			_, err := manifests.RuleFile{Subject: "test", Alerts: []manifests.Alert{alert}}.Render()
			require.ErrorContains(t, err, test.want)
		})
	}
}
