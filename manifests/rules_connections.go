package manifests

import (
	"fmt"
	"time"
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
	f.Alerts = append(f.Alerts, when(l.EdgeConnections > 0, Alert{
		Name:     "LoadBalancersNearlyFull",
		Expr:     fmt.Sprintf(`sum(traefik_open_connections{entrypoint=~"web|websecure|websocket"}) > %d`, l.EdgeConnections*edgeFullPercent/100),
		For:      5 * time.Minute,
		Severity: Critical, Owner: OwnerPlatform,
		Summary: fmt.Sprintf("The load balancers of this site hold {{ $value | humanize }} of %d connections.", l.EdgeConnections),
		Action:  "Raise the size unit of the load balancers: the plan's target is lower than the traffic.",
	})...)
	return f
}
