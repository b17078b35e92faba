package standin

import (
	"testing"

	"github.com/digitalocean/godo"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// alertRows are the rows of alerts.
func alertRows() map[string]row {
	emails := func(address string) map[string]any { return map[string]any{"emails": []any{address}} }
	return map[string]row{
		"alert policy": {
			clears: []string{"tags"},
			token:  monitorAlertToken,
			inputs: fixed("type", godo.DropletCPUUtilizationPercent, "description", "CPU", "compare", "GreaterThan",
				"value", 80.5, "window", "5m", "tags", []any{"sfu", "gomeet"}, "alerts", map[string]any{
					"emails": []any{"ops@gomeet.example"},
					"slacks": []any{map[string]any{"channel": "ops", "url": "https://hooks.slack.com/services/T/B/x"}},
				}),
			edits: map[string]any{"description": "load", "value": 90.0, "enabled": false, "compare": "LessThan", "window": "1h"},
			behind: func(e engine, id string) (string, error) {
				a, _, err := e.behind().Monitoring.GetAlertPolicy(e.t.Context(), id)
				if err != nil {
					return "", err
				}
				_, _, err = e.behind().Monitoring.UpdateAlertPolicy(e.t.Context(), id, &godo.AlertPolicyUpdateRequest{
					Type: a.Type, Description: a.Description, Compare: a.Compare, Value: 10, Window: a.Window,
					Tags: a.Tags, Alerts: a.Alerts, Enabled: &a.Enabled,
				})
				return "value", err
			},
		},
		"uptime check": {
			clears: []string{"regions"},
			token:  uptimeCheckToken,
			inputs: fixed("name", "site", "target", "https://meet.example/healthz", "regions", []any{"us_east", "eu_west"}),
			edits:  map[string]any{"target": "http://meet.example", "type": "http", "enabled": false, "regions": []any{"se_asia"}},
			behind: func(e engine, id string) (string, error) {
				_, _, err := e.behind().UptimeChecks.Update(e.t.Context(), id, &godo.UpdateUptimeCheckRequest{
					Name: "by hand", Target: "http://meet.example", Type: "http", Regions: []string{"se_asia"},
				})
				return "name", err
			},
		},
		"uptime alert": {
			clears: []string{"period"},
			token:  uptimeAlertToken,
			inputs: func(e engine) property.Map {
				check, _ := e.create(uptimeCheckToken, object("name", "site", "target", "https://meet.example"))
				return object("checkId", check, "name", "down", "type", "down", "period", "2m",
					"notifications", []any{emails("ops@gomeet.example")})
			},
			edits: map[string]any{
				"type": "latency", "threshold": 300.0, "comparison": "greater_than", "period": "5m",
				"notifications": []any{emails("oncall@gomeet.example")},
			},
			behind: func(e engine, id string) (string, error) {
				checks, _, err := e.behind().UptimeChecks.List(e.t.Context(), nil)
				if err != nil {
					return "", err
				}
				_, _, err = e.behind().UptimeChecks.UpdateAlert(e.t.Context(), checks[0].ID, id, &godo.UpdateUptimeAlertRequest{
					Name: "down", Type: "latency", Threshold: 300, Comparison: "greater_than", Period: "5m",
					Notifications: &godo.Notifications{Email: []string{"nobody@gomeet.example"}},
				})
				return "notifications", err
			},
		},
	}
}

// A threshold that single precision cannot hold is a change at every preview, as
// with the official provider: a program must not have one.
func TestThresholdIsOfSinglePrecision(t *testing.T) {
	e := start(t)
	inputs := with(alertRows()["alert policy"].inputs(e), map[string]any{"value": 80.1})
	made, err := e.Create(t.Context(), p.CreateRequest{Urn: urn(monitorAlertToken), Properties: inputs})
	require.NoError(t, err)
	require.Equal(t, map[string]p.DiffKind{"value": p.Update}, e.changes(monitorAlertToken, made.ID, made.Properties, inputs))
}
