package manifests

import (
	"fmt"
	"time"
)

// remoteWriteBehind is how far the remote store may be behind, well below the two hours
// that Prometheus keeps what it could not send (prometheus.io, remote write tuning).
const remoteWriteBehind = 5 * time.Minute

// watcherRules watches the watcher: an alert that cannot fire is worse than none.
func watcherRules(l Limits) RuleFile {
	f := RuleFile{Subject: "monitoring"}
	for _, job := range l.Jobs {
		f.Records = append(f.Records, Record{
			Name: "gomeet:expected_job", Expr: "vector(1)", Labels: map[string]string{"job": job},
		})
	}
	f.Alerts = append(f.Alerts, when(len(l.Jobs) > 0, Alert{
		Name:     "JobHasNoTargets",
		Expr:     `gomeet:expected_job unless on (job) up`,
		For:      10 * time.Minute,
		Severity: Warning, Owner: OwnerPlatform,
		Summary: "Prometheus finds no target of {{ $labels.job }}: no alert about it can fire.",
		Action:  "Compare the pods' labels and port names with the job in prometheus.yml, and look at the account's rights.",
	})...)
	f.Alerts = append(f.Alerts,
		Alert{
			Name:     "TargetDown",
			Expr:     `up == 0`,
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerPlatform,
			Summary: "{{ $labels.job }} target {{ $labels.instance }} {{ $labels.pod }} does not answer.",
			Action:  "Is the pod gone, not ready, or does a NetworkPolicy keep Prometheus out? Prometheus' page /targets shows the error.",
		},
		Alert{
			Name:     "RuleEvaluationFails",
			Expr:     `increase(prometheus_rule_evaluation_failures_total[10m]) > 0`,
			For:      10 * time.Minute,
			Severity: Warning, Owner: OwnerPlatform,
			Summary: "Rules of {{ $labels.rule_group }} cannot be evaluated.",
			Action:  "Prometheus' page /rules shows the error; usually two series match where one may.",
		},
		Alert{
			Name:     "NotificationsFail",
			Expr:     `increase(alertmanager_notifications_failed_total[10m]) > 0`,
			For:      5 * time.Minute,
			Severity: Critical, Owner: OwnerPlatform,
			Summary: "Alertmanager cannot tell {{ $labels.integration }} about alerts.",
			Action:  "Read its log: a wrong key, or no way out. Until it is mended, watch Alertmanager's own page.",
		},
		Alert{
			Name:     "AlertsDropped",
			Expr:     `increase(prometheus_notifications_dropped_total[10m]) > 0 or prometheus_notifications_alertmanagers_discovered == 0`,
			For:      5 * time.Minute,
			Severity: Critical, Owner: OwnerPlatform,
			Summary: "{{ $labels.pod }} cannot hand its alerts to {{ if $labels.alertmanager }}{{ $labels.alertmanager }}{{ else }}any Alertmanager: it finds none{{ end }}.",
			Action:  "Are Alertmanager's pods there (kubectl -n monitoring get pods), and does their headless Service have addresses?",
		},
	)
	f.Alerts = append(f.Alerts, when(l.RemoteWrite, Alert{
		Name: "RemoteWriteBehind",
		Expr: fmt.Sprintf(`prometheus_remote_storage_queue_highest_timestamp_seconds`+
			` - prometheus_remote_storage_queue_highest_sent_timestamp_seconds > %.0f`, remoteWriteBehind.Seconds()),
		For:      10 * time.Minute,
		Severity: Warning, Owner: OwnerPlatform,
		Summary: "The remote store is {{ $value | humanizeDuration }} behind {{ $labels.pod }}.",
		Action:  "Read Prometheus' log: a wrong password, no way out, or a store that is too slow. What waits for two hours is lost to it.",
	})...)
	return f
}
