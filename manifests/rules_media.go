package manifests

import (
	"fmt"
	"time"
)

const (
	// sfuCPUPercent is the design's.
	sfuCPUPercent = 80
	// sfuEgressPercent of a node's network cap: packets are lost before it is full.
	sfuEgressPercent = 80
	// sfuPlanPercent is how far above its plan a node may go.
	sfuPlanPercent = 110
)

// publicInterface is a Droplet's interface to the internet, which is billed and capped
// (docs.digitalocean.com/products/networking/vpc: eth0 is public, eth1 private).
const publicInterface = "eth0"

// mediaRules watches the SFU, node by node: a meeting lives on one of them, and an
// average over all hides the one that is full.
func mediaRules(l Limits) RuleFile {
	f := RuleFile{Subject: "media", Alerts: when(l.SFUNodes > 0,
		Alert{
			// The design takes rate() of a percentage, which is 0 on a busy node.
			Name:     "SFUCPUHigh",
			Expr:     fmt.Sprintf(`100 * (1 - avg by (node) (rate(node_cpu_seconds_total{role="sfu",mode="idle"}[5m]))) > %d`, sfuCPUPercent),
			For:      3 * time.Minute,
			Severity: Warning, Owner: OwnerMedia,
			Summary: "SFU node {{ $labels.node }} uses {{ $value | humanize }} % of its CPU.",
			Action:  "Look which meetings are on it. New ones go elsewhere by themselves; add an SFU node if all are busy.",
		},
		Alert{
			Name:     "LiveKitNodesMissing",
			Expr:     fmt.Sprintf(`(sum(up{job="livekit"}) or vector(0)) < %d`, l.SFUNodes),
			For:      5 * time.Minute,
			Severity: Critical, Owner: OwnerMedia,
			Summary: fmt.Sprintf("{{ $value }} of %d LiveKit nodes answer.", l.SFUNodes),
			Action:  "Find the missing pod (kubectl -n media get pods -o wide): is its node there, is it draining, does it reach Redis?",
		})}
	f.Alerts = append(f.Alerts, when(l.SFUNodes > 0 && l.SFUBytesPerSecond > 0, Alert{
		Name: "SFUEgressHigh",
		Expr: fmt.Sprintf(`100 * sum by (node) (rate(node_network_transmit_bytes_total{role="sfu",device="%s"}[5m])) / %.0f > %d`,
			publicInterface, l.SFUBytesPerSecond, sfuEgressPercent),
		For:      3 * time.Minute,
		Severity: Critical, Owner: OwnerMedia,
		Summary: fmt.Sprintf("SFU node {{ $labels.node }} sends {{ $value | humanize }} %% of the %.1f Gbps it may.", l.SFUBytesPerSecond*8/1e9),
		Action:  "Above the cap packets are dropped for every meeting on the node: delete its LiveKit pod, which drains while new meetings start elsewhere; lower the videos per participant if all nodes are so.",
	})...)
	f.Alerts = append(f.Alerts, when(l.SFUParticipants > 0, Alert{
		Name:     "SFUAbovePlan",
		Expr:     fmt.Sprintf(`livekit_participant_total > %d`, l.SFUParticipants*sfuPlanPercent/100),
		For:      5 * time.Minute,
		Severity: Warning, Owner: OwnerMedia,
		Summary: fmt.Sprintf("{{ $labels.node }} has {{ $value }} participants; the plan gives a node %d.", l.SFUParticipants),
		Action:  "Watch its CPU and egress. If it is not short of either, the plan is too careful: measure and say so to sizing.",
	})...)
	f.Alerts = append(f.Alerts, when(l.LargestMeeting > 0, Alert{
		Name:     "MeetingTooLarge",
		Expr:     fmt.Sprintf(`max by (meeting) (gomeet_api_meeting_participants) > %d`, l.LargestMeeting),
		For:      time.Minute,
		Severity: Critical, Owner: OwnerMedia,
		Summary: fmt.Sprintf("Meeting {{ $labels.meeting }} has {{ $value }} participants; one SFU node carries %d, and a meeting cannot use two.", l.LargestMeeting),
		Action:  "Ask the host to turn cameras off, or lower the meeting's video layers; a larger node helps the next meeting only.",
	})...)
	return f
}
