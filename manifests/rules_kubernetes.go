package manifests

import "time"

// kubernetesRules watches what everything runs on.
func kubernetesRules() RuleFile {
	return RuleFile{Subject: "kubernetes", Alerts: []Alert{
		{
			Name:     "NodeNotReady",
			Expr:     `kube_node_status_condition{condition="Ready",status="true"} == 0`,
			For:      5 * time.Minute,
			Severity: Critical, Owner: OwnerPlatform,
			Summary: "Node {{ $labels.node }} is not ready.",
			Action:  "Look at it in DigitalOcean's panel. Recycle it (doctl kubernetes cluster node-pool recycle) if it does not come back.",
		},
		{
			Name:     "PodCrashLooping",
			Expr:     `increase(kube_pod_container_status_restarts_total[15m]) > 3`,
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerPlatform,
			Summary: "{{ $labels.namespace }}/{{ $labels.pod }} restarted {{ $value | humanize }} times in 15 minutes.",
			Action:  "Read the log of the container that ended: kubectl logs --previous.",
		},
		{
			Name:     "PodsMissing",
			Expr:     `kube_deployment_status_replicas_available < kube_deployment_spec_replicas or kube_statefulset_status_replicas_ready < kube_statefulset_replicas`,
			For:      15 * time.Minute,
			Severity: Warning, Owner: OwnerPlatform,
			Summary: "{{ if $labels.deployment }}{{ $labels.deployment }}{{ else }}{{ $labels.statefulset }}{{ end }} of {{ $labels.namespace }} has {{ $value }} pods, fewer than it should.",
			Action:  "Find why (kubectl describe pod): no room, no image, or not ready. LiveKit may drain for hours after a change; then nothing is wrong.",
		},
		{
			Name:     "JobFailed",
			Expr:     `kube_job_status_failed > 0 unless on (namespace, job_name) kube_job_status_succeeded > 0`,
			For:      15 * time.Minute,
			Severity: Warning, Owner: OwnerPlatform,
			Summary: "Job {{ $labels.namespace }}/{{ $labels.job_name }} failed.",
			Action:  "Read its log, mend the cause, run it again and delete the failed one.",
		},
	}}
}
