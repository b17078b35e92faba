package manifests

import (
	"fmt"
	"strings"
)

// APIMetric is one metric that the API's services serve.
type APIMetric struct {
	// Name is the metric's, Type Prometheus' type of it.
	Name, Type string
	// Labels are its own labels; discovery adds app, pod and node.
	Labels []string
	// Buckets are limits that a histogram must have, in its unit.
	Buckets []string
	// Help says what it counts, Use what breaks without it.
	Help, Use string
}

// APIMetrics is the contract with the team that writes the API: rules, dashboards and
// the autoscaler ask for these. docs/metrics-contract.md shows it.
var APIMetrics = []APIMetric{
	{"websocket_connections", "gauge", nil, nil, "WebSockets that this pod holds, one series a pod.", "autoscaling, HighWebSocketConnections, WebSocketPodFull"},
	{"websocket_meeting_connections", "gauge", []string{"meeting"}, nil,
		"WebSockets of a meeting that this pod holds; the series goes when the meeting ends.", "dashboard Connections"},
	{"websocket_opened_total", "counter", nil, nil, "WebSockets that were opened and authenticated.", "ConnectionBudgetBurns*"},
	{"websocket_rejected_total", "counter", []string{"reason"}, nil, "WebSockets that were refused: full, unauthorized, draining.", "dashboard Connections"},
	{"gomeet_api_meeting_participants", "gauge", []string{"meeting"}, nil,
		"Participants of a running meeting, the same from every pod of the service meetings.", "MeetingTooLarge"},
	{"gomeet_api_request_duration_seconds", "histogram", []string{"route", "method", "code"}, []string{"0.05", "0.1", "0.15", "0.2", "0.5", "1"},
		"Time to answer a request, by the route's pattern and never by its path.", "dashboard API"},
	{"gomeet_api_db_query_duration_seconds", "histogram", []string{"query"}, []string{"0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "1"},
		"Time of a database query as the API sees it, waiting for a connection included, by the query's name.", "DatabaseBudgetBurns*"},
	{"gomeet_api_redis_command_duration_seconds", "histogram", []string{"command"}, []string{"0.0005", "0.001", "0.002", "0.005", "0.01", "0.05"},
		"Time of a Redis command as the API sees it.", "RedisBudgetBurns*"},
}

// APIMetricsList returns what a scrape of the API holds, as in testdata/metrics.
func APIMetricsList() string {
	lines := []string{"# The contract of manifests.APIMetrics"}
	add := func(name string, labels ...string) {
		if len(labels) > 0 {
			name += "{" + strings.Join(labels, ",") + "}"
		}
		lines = append(lines, name)
	}
	for _, m := range APIMetrics {
		if m.Type != "histogram" {
			add(m.Name, m.Labels...)
			continue
		}
		add(m.Name+"_bucket", append([]string{"le"}, m.Labels...)...)
		add(m.Name+"_count", m.Labels...)
		add(m.Name+"_sum", m.Labels...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// APIMetricsTable returns the contract as a table in Markdown.
func APIMetricsTable() string {
	var b strings.Builder
	b.WriteString("| Metric | Type | Labels | Must have buckets | Counts | Needed by |\n|---|---|---|---|---|---|\n")
	for _, m := range APIMetrics {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, m.Type, strings.Join(m.Labels, ", "), strings.Join(m.Buckets, ", "), m.Help, m.Use)
	}
	return b.String()
}
