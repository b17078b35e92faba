package manifests_test

import "fmt"

// day is the last second of a day of the tests' clock, which begins at 0.
const day = 24 * 3600

// backups are the newest ones: each at so many seconds, but one.
func backups(at int, but string, then string) series {
	s := series{}
	for _, b := range limits().Backups {
		name := fmt.Sprintf(`gomeet_backup_success_timestamp_seconds{system="%s",kind="%s"}`, b.System, b.Kind)
		if s[name] = fmt.Sprintf("%dx2000", at); b.Kind == but {
			s[name] = then
		}
		if s[name] == "" {
			delete(s, name)
		}
	}
	return s
}

func volume(free, change string) series {
	labels := `{namespace="data",persistentvolumeclaim="data-redis-0"}`
	return series{"kubelet_volume_stats_available_bytes" + labels: free + change + "x1000", "kubelet_volume_stats_capacity_bytes" + labels: "100000x1000"}
}

func rolled(metric, labels string, at string, step int) firing {
	return firing{at,
		series{metric + labels: fmt.Sprintf("0+%dx60", step)},
		series{metric + labels: "5x60"}}
}

var operationFirings = map[string]firing{
	"BackupTooOld":        {"27h", backups(26*3600, "full", "0x2000"), backups(26*3600, "", "")},
	"BackupMissing":       {"27h", backups(26*3600, "archive", ""), backups(26*3600, "archive", "0x2000")},
	"RestoreDrillFailed":  {"15m", series{`gomeet_restore_drill_success{system="postgresql"}`: "0x20"}, series{`gomeet_restore_drill_success{system="postgresql"}`: "1x20"}},
	"RestoreDrillOverdue": {"1h", series{`gomeet_restore_drill_timestamp_seconds{system="postgresql"}`: fmt.Sprintf("%dx100", -8*day)}, series{`gomeet_restore_drill_timestamp_seconds{system="postgresql"}`: fmt.Sprintf("%dx100", -7*day)}},
	"RestoreDrillMissing": {"193h", series{}, series{`gomeet_restore_drill_timestamp_seconds{system="postgresql"}`: "0x12000"}},
	"CertificateEndsSoon": {"2h", series{`traefik_tls_certs_not_after{cn="edge"}`: fmt.Sprintf("%dx200", 29*day)}, series{`traefik_tls_certs_not_after{cn="edge"}`: fmt.Sprintf("%dx200", 31*day)}},
	"CertificateEndsNow":  {"2h", series{`traefik_tls_certs_not_after{cn="edge"}`: fmt.Sprintf("%dx200", 2*day)}, series{`traefik_tls_certs_not_after{cn="edge"}`: fmt.Sprintf("%dx200", 29*day)}},
	"NodePoolAtMaximum":   {"15m", pool("sfu", 14), pool("sfu", 13)},
	"AutoscalerAtMaximum": {"30m", wanted(10, 5, 10), wanted(10, 10, 10)},
	"EgressAbovePlan": {"26h",
		// 1.15 and 1.05 PB in 30 days, a minute of which is 1/43,200.
		series{`node_network_transmit_bytes_total{device="eth0",node="n"}`: "0+26620370370x2000"},
		series{`node_network_transmit_bytes_total{device="eth0",node="n"}`: "0+24305555555x2000"}},
	"VolumeNearlyFull": {"14h",
		// In six hours it lost a third of what is free: a day is too long.
		volume("70000", "-60"), volume("20000", "+0")},
	"NodeNotReady": {"10m",
		series{`kube_node_status_condition{node="n",condition="Ready",status="true"}`: "0x20"},
		series{`kube_node_status_condition{node="n",condition="Ready",status="true"}`: "1x20", `kube_node_status_condition{node="n",condition="Ready",status="false"}`: "0x20"}},
	"PodCrashLooping": rolled("kube_pod_container_status_restarts_total", `{namespace="gomeet",pod="chat-0",container="chat"}`, "30m", 1),
	"PodsMissing": {"20m",
		series{`kube_statefulset_status_replicas_ready{namespace="data",statefulset="redis"}`: "5x40", `kube_statefulset_replicas{namespace="data",statefulset="redis"}`: "6x40"},
		series{`kube_deployment_status_replicas_available{namespace="gomeet",deployment="chat"}`: "4x40", `kube_deployment_spec_replicas{namespace="gomeet",deployment="chat"}`: "4x40"}},
	"JobFailed": {"20m",
		series{`kube_job_status_failed{namespace="data",job_name="backup"}`: "3x40"},
		// Its third try succeeded.
		series{`kube_job_status_failed{namespace="data",job_name="backup"}`: "2x40", `kube_job_status_succeeded{namespace="data",job_name="backup"}`: "1x40"}},
	"JobHasNoTargets":     {"15m", up("livekit", 1), series{`up{job="livekit"}`: "0x40", `up{job="node"}`: "1x40"}},
	"TargetDown":          {"10m", series{`up{job="node",instance="n"}`: "0x20"}, series{`up{job="node",instance="n"}`: "1x20"}},
	"RuleEvaluationFails": rolled("prometheus_rule_evaluation_failures_total", `{rule_group="media"}`, "30m", 1),
	"AlertsDropped":       rolled("prometheus_notifications_dropped_total", `{pod="prometheus-0",alertmanager="http://10.0.0.7:9093/api/v2/alerts"}`, "30m", 1),
	"RemoteWriteBehind":   {"20m", behind(301), behind(300)},
	"NotificationsFail":   rolled("alertmanager_notifications_failed_total", `{integration="slack"}`, "30m", 1),
}

// pool is so many nodes of a role.
func pool(role string, n int) series {
	s := series{}
	for i := range n {
		s[fmt.Sprintf(`kube_node_labels{node="%s-%d",label_gomeet_com_role="%s"}`, role, i, role)] = "1x40"
	}
	return s
}

// wanted is an autoscaler.
func wanted(now, low, high int) series {
	labels := `{namespace="gomeet",horizontalpodautoscaler="chat"}`
	return series{
		"kube_horizontalpodautoscaler_status_desired_replicas" + labels: fmt.Sprintf("%dx40", now),
		"kube_horizontalpodautoscaler_spec_min_replicas" + labels:       fmt.Sprintf("%dx40", low),
		"kube_horizontalpodautoscaler_spec_max_replicas" + labels:       fmt.Sprintf("%dx40", high),
	}
}

// behind is a remote store that lags by so many seconds.
func behind(seconds int) series {
	labels := `{pod="prometheus-0",remote_name="store",url="https://metrics.example"}`
	return series{
		"prometheus_remote_storage_queue_highest_timestamp_seconds" + labels:      "10000+60x40",
		"prometheus_remote_storage_queue_highest_sent_timestamp_seconds" + labels: fmt.Sprintf("%d+60x40", 10_000-seconds),
	}
}
