package manifests

import "fmt"

// q is a query.
func q(expr, legend string) Query { return Query{expr, legend} }

// connectionDashboard is the design's "WebSocket connection count per meeting".
func connectionDashboard(l Limits) Dashboard {
	return Dashboard{"gomeet-connections", "GoMeet: connections", []Panel{
		{
			Title: "WebSockets of the site", Help: "Above the red line new participants are refused soon.", Unit: UnitNone,
			Queries: []Query{q("sum(websocket_connections)", "all")},
			Warn:    float64(l.WebSockets) * 0.75, Bad: float64(l.WebSockets) * nearlyFullPercent / 100,
		},
		{
			Title: "WebSockets of the ten largest meetings", Help: "A meeting lives on one SFU node; the red line is what that carries.", Unit: UnitNone,
			Queries: []Query{q("topk(10, sum by (meeting) (websocket_meeting_connections))", "{{meeting}}")},
			Bad:     float64(l.LargestMeeting),
		},
		{
			Title: "WebSockets by pod", Help: "The edge balances new connections only: old pods hold more.", Unit: UnitNone,
			Queries: []Query{q("websocket_connections", "{{pod}}")},
			Warn:    float64(l.WebSocketsPerPod) * 0.75, Bad: float64(l.WebSocketsPerPod),
		},
		{
			Title: "Opened and refused", Help: "Refused ones say why.", Unit: UnitEvents,
			Queries: []Query{
				q("sum(rate(websocket_opened_total[$__rate_interval]))", "opened"),
				q("sum by (reason) (rate(websocket_rejected_total[$__rate_interval]))", "refused: {{reason}}"),
			},
		},
	}}
}

// bandwidthDashboard is the design's "SFU bandwidth utilization".
func bandwidthDashboard(l Limits) Dashboard {
	bits := l.SFUBytesPerSecond * 8
	return Dashboard{"gomeet-sfu", "GoMeet: SFU bandwidth", []Panel{
		{
			Title: "Sent by SFU node", Help: "Above the Droplet's cap packets of every meeting on the node are lost.", Unit: UnitBits,
			Queries: []Query{q(`8 * sum by (node) (rate(node_network_transmit_bytes_total{role="sfu",device="eth0"}[$__rate_interval]))`, "{{node}}")},
			Warn:    bits * 0.6, Bad: bits * sfuEgressPercent / 100,
		},
		{
			Title: "Received by SFU node", Help: "What participants publish.", Unit: UnitBits,
			Queries: []Query{q(`8 * sum by (node) (rate(node_network_receive_bytes_total{role="sfu",device="eth0"}[$__rate_interval]))`, "{{node}}")},
		},
		{
			Title: "CPU by SFU node", Help: "Above 80 % LiveKit gives the node no new meetings.", Unit: UnitPercent,
			Queries: []Query{q(`100 * (1 - avg by (node) (rate(node_cpu_seconds_total{role="sfu",mode="idle"}[$__rate_interval])))`, "{{node}}")},
			Warn:    70, Bad: sfuCPUPercent,
		},
		{
			Title: "Participants by node", Help: "The line is what the plan gives a node.", Unit: UnitNone,
			Queries: []Query{q("sum by (node) (livekit_participant_total)", "{{node}}")},
			Bad:     float64(l.SFUParticipants),
		},
		{
			Title: "Meetings by node", Help: "A running meeting cannot move to another node.", Unit: UnitNone,
			Queries: []Query{q("sum by (node) (livekit_room_total)", "{{node}}")},
		},
		{
			Title: "Packets dropped by node", Help: "LiveKit could not send them.", Unit: UnitPackets,
			Queries: []Query{q(`sum by (node) (rate(livekit_node_packet_total{type="dropped"}[$__rate_interval]))`, "{{node}}")},
			Quiet:   "No packet was dropped.",
		},
	}}
}

// apiDashboard is the design's "API response times".
func apiDashboard() Dashboard {
	p95 := func(histogram, by string) string {
		return "histogram_quantile(0.95, sum by (le" + by + ") (rate(" + histogram + "[$__rate_interval])))"
	}
	return Dashboard{"gomeet-api", "GoMeet: API response times", []Panel{
		{
			Title: "95th percentile at the edge", Help: "What participants wait for; the promise is the red line.", Unit: UnitSeconds,
			Queries: []Query{q(p95(`traefik_service_request_duration_seconds_bucket{protocol="http"}`, ", service"), "{{service}}")},
			Warn:    0.15, Bad: 0.2,
		},
		{
			Title: "95th percentile by route", Help: "The API's own time, without the edge.", Unit: UnitSeconds,
			Queries: []Query{q(p95("gomeet_api_request_duration_seconds_bucket", ", route"), "{{route}}")},
			Warn:    0.15, Bad: 0.2,
		},
		{
			Title: "Requests by service", Help: "At the edge.", Unit: UnitRequests,
			Queries: []Query{q(`sum by (service) (rate(traefik_service_requests_total{protocol="http"}[$__rate_interval]))`, "{{service}}")},
		},
		{
			Title: "Error budgets", Help: "How fast they go, over an hour. At 1 the budget of 30 days is used up in 30 days.", Unit: UnitNone,
			Queries: burnRates(), Bad: 1,
		},
	}}
}

// burnRates are the promises' shares of bad events as multiples of what is allowed.
func burnRates() (queries []Query) {
	for _, o := range objectives() {
		queries = append(queries, q(fmt.Sprintf(`gomeet:slo_errors:ratio_rate1h{slo="%s"} / %g`, o.Name, o.budget()), o.Name))
	}
	return queries
}

// errorDashboard is the design's "Error rates".
func errorDashboard() Dashboard {
	return Dashboard{"gomeet-errors", "GoMeet: error rates", []Panel{
		{
			Title: "5xx by service", Help: "Share of the answers at the edge.", Unit: UnitRatio,
			Queries: []Query{q(`sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[$__rate_interval])) / sum by (service) (rate(traefik_service_requests_total[$__rate_interval]))`, "{{service}}")},
			Warn:    0.001, Bad: 0.005, Quiet: "No request failed.",
		},
		{
			Title: "Failed WebSockets", Help: "The promise is that less than 0.5 % fail.", Unit: UnitRatio,
			Queries: []Query{q(`gomeet:slo_errors:ratio_rate5m{slo="connections"}`, "failed")},
			Warn:    0.0025, Bad: 0.005,
		},
		{
			Title: "Too many requests", Help: "429 by service: one address asks too often, or an office is large.", Unit: UnitRequests,
			Queries: []Query{q(`sum by (service) (rate(traefik_service_requests_total{code="429"}[$__rate_interval]))`, "{{service}}")},
			Quiet:   "Nobody was turned away.",
		},
		{
			Title: "Restarts", Help: "Of containers, in 15 minutes.", Unit: UnitNone,
			Queries: []Query{q("sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total[15m])) > 0", "{{namespace}}/{{pod}}")},
			Bad:     3, Quiet: "No container restarted.",
		},
	}}
}

// qualityDashboard is the design's "Participant quality metrics".
func qualityDashboard() Dashboard {
	return Dashboard{"gomeet-quality", "GoMeet: participant quality", []Panel{
		{
			Title: "Round trip, 95th percentile", Help: "Between SFU and participants; the promise is the red line.", Unit: UnitMillis,
			Queries: []Query{q("histogram_quantile(0.95, sum by (le, node) (rate(livekit_rtt_ms_bucket[$__rate_interval])))", "{{node}}")},
			Warn:    100, Bad: 150,
		},
		{
			Title: "Packets lost, 95th percentile", Help: "Above 5 % video freezes.", Unit: UnitPercent,
			Queries: []Query{q("histogram_quantile(0.95, sum by (le, node) (rate(livekit_packet_loss_percent_bucket[$__rate_interval])))", "{{node}}")},
			Warn:    1, Bad: 5,
		},
		{
			Title: "Quality score", Help: "LiveKit's estimate of what participants see and hear, 1 to 4.5.", Unit: UnitNone,
			Queries: []Query{q("sum by (node) (rate(livekit_quality_score_sum[$__rate_interval])) / sum by (node) (rate(livekit_quality_score_count[$__rate_interval]))", "{{node}}")},
			Warn:    4, Bad: 3, Below: true,
		},
		{
			Title: "Time to join, 95th percentile", Help: "From the first message to the meeting.", Unit: UnitMillis,
			Queries: []Query{q("histogram_quantile(0.95, sum by (le, node) (rate(livekit_session_join_latency_ms_bucket[$__rate_interval])))", "{{node}}")},
			Warn:    1000, Bad: 3000,
		},
	}}
}
