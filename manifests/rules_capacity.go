package manifests

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	// volumePercent is how much of a volume must be free; a day's growth must fit too.
	volumePercent = 15
	// egressPercent is how far above its plan a month's egress may go.
	egressPercent = 110
)

// capacityRules watches what the plan set limits for.
func capacityRules(l Limits) RuleFile {
	f := RuleFile{Subject: "capacity"}
	for _, role := range slices.Sorted(maps.Keys(l.Autoscaled)) {
		f.Records = append(f.Records, Record{
			Name: "gomeet:node_pool_max_nodes", Expr: fmt.Sprintf("vector(%d)", l.Autoscaled[role]), Labels: map[string]string{"role": role},
		})
	}
	f.Alerts = append(f.Alerts, when(len(l.Autoscaled) > 0,
		Alert{
			Name: "NodePoolAtMaximum",
			Expr: `label_replace(count by (label_gomeet_com_role) (kube_node_labels), "role", "$1", "label_gomeet_com_role", "(.*)")` +
				` >= on (role) gomeet:node_pool_max_nodes`,
			For:      10 * time.Minute,
			Severity: Warning, Owner: OwnerPlatform,
			Summary: "The {{ $labels.role }} pool has {{ $value }} nodes, its maximum: it cannot grow with the load any more.",
			Action:  "Raise the target or the pool's max in the stack's configuration, after a look at what that costs (gomeet plan).",
		},
		Alert{
			Name: "AutoscalerAtMaximum",
			Expr: `kube_horizontalpodautoscaler_status_desired_replicas >= kube_horizontalpodautoscaler_spec_max_replicas` +
				` and kube_horizontalpodautoscaler_spec_max_replicas > kube_horizontalpodautoscaler_spec_min_replicas`,
			For:      15 * time.Minute,
			Severity: Warning, Owner: OwnerPlatform,
			Summary: "Autoscaler {{ $labels.horizontalpodautoscaler }} wants its maximum of {{ $value }} pods.",
			Action:  "Look whether the load is real. If it is, raise the target; the maximum follows from it.",
		})...)
	f.Alerts = append(f.Alerts, when(l.EgressBytesPerMonth > 0, Alert{
		Name: "EgressAbovePlan",
		// A day's rate for a month: samples are kept for less than one.
		Expr: fmt.Sprintf(`sum(rate(node_network_transmit_bytes_total{device="%s"}[1d])) * 30 * 86400 > %.0f`,
			publicInterface, l.EgressBytesPerMonth*egressPercent/100),
		For:      time.Hour,
		Severity: Warning, Owner: OwnerPlatform,
		Summary: fmt.Sprintf("At the last day's rate this site sends {{ $value | humanize }}B a month; the cost plan has %.0f TB.", l.EgressBytesPerMonth/1e12),
		Action:  "Compare meetings with the plan (gomeet plan): more of them, or more video per participant? Traffic beyond the allowance is billed.",
	})...)
	f.Alerts = append(f.Alerts, Alert{
		Name: "VolumeNearlyFull",
		Expr: fmt.Sprintf(`100 * kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < %d`+
			` or predict_linear(kubelet_volume_stats_available_bytes[6h], 86400) < 0`, volumePercent),
		For:      15 * time.Minute,
		Severity: Warning, Owner: OwnerPlatform,
		Summary: "Volume {{ $labels.persistentvolumeclaim }} of {{ $labels.namespace }} is nearly full, or will be within a day.",
		Action:  "Grow the claim (DigitalOcean's volumes grow while mounted), then the number in the plan.",
	})
	return f
}
