package manifests

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomeet/infra/sizing"
)

const (
	// nearlyFullPercent is the design's 45,000 of 50,000 connections.
	nearlyFullPercent = 90
	// edgeFullPercent leaves the time to add a load balancer node, which takes minutes.
	edgeFullPercent = 85
)

// connectionRules watches what clients connect to.
func connectionRules(l Limits) RuleFile {
	f := RuleFile{Subject: "connections"}
	f.Alerts = append(f.Alerts, when(l.WebSockets > 0,
		Alert{
			// The design's, with the plan's number for its 45,000.
			Name:     "HighWebSocketConnections",
			Expr:     fmt.Sprintf("sum(websocket_connections) > %d", l.WebSockets*nearlyFullPercent/100),
			For:      2 * time.Minute,
			Severity: Critical, Owner: OwnerAPI,
			Summary: fmt.Sprintf("{{ $value | humanize }} of %d WebSockets of this site are in use.", l.WebSockets),
			Action:  "Raise gomeet:meetings or the api pool and deploy; until then new participants will be refused.",
		},
		Alert{
			Name:     "WebSocketPodFull",
			Expr:     fmt.Sprintf("websocket_connections > %d", l.WebSocketsPerPod*95/100),
			For:      2 * time.Minute,
			Severity: Warning, Owner: OwnerAPI,
			Summary: fmt.Sprintf("{{ $labels.pod }} holds {{ $value | humanize }} of its %d WebSockets.", l.WebSocketsPerPod),
			Action:  "If the others are emptier, restart the full pod in a quiet hour so that its clients spread; if not, add pods.",
		})...)
	var full, carried []string
	for _, entry := range slices.Sorted(maps.Keys(l.EdgeConnections)) {
		limit := l.EdgeConnections[entry]
		full = append(full, fmt.Sprintf(`sum by (entrypoint) (traefik_open_connections{entrypoint="%s"}) > %d`, entry, edgeFull(limit)))
		carried = append(carried, fmt.Sprintf("%s carries %d", entry, limit))
	}
	f.Alerts = append(f.Alerts, when(len(full) > 0, Alert{
		Name:     "LoadBalancersNearlyFull",
		Expr:     strings.Join(full, " or "),
		For:      5 * time.Minute,
		Severity: Critical, Owner: OwnerPlatform,
		Summary: fmt.Sprintf("The load balancer in front of {{ $labels.entrypoint }} holds {{ $value | humanize }} connections (%s).", strings.Join(carried, ", ")),
		Action:  "Raise the size unit of this load balancer: the plan's target is lower than the traffic.",
	})...)
	return f
}

// edgeFull is where a load balancer is nearly full. The plan fills all of its nodes but
// one, which with seven and more is above the percentage.
func edgeFull(connections int) int {
	return max(connections*edgeFullPercent/100, connections-sizing.LoadBalancerNodeConnections)
}
