package manifests

import "strings"

// The images of the platform, pinned by version in this one table. The API's own image
// is configuration. LiveKit's and Traefik's versions are those that the tests in
// internal/live start.
const (
	// LiveKitImage is the SFU (github.com/livekit/livekit).
	LiveKitImage = "docker.io/livekit/livekit-server:v1.13.11"
	// EgressImage is the recorder (github.com/livekit/egress).
	EgressImage = "docker.io/livekit/egress:v1.14.1"
	// TraefikImage is the edge (github.com/traefik/traefik).
	TraefikImage = "docker.io/library/traefik:v3.7.13"
	// RedisImage is a node of the Redis Cluster: the last line of versions under the BSD
	// licence (redis.io/legal/licenses). cluster-preferred-endpoint-type needs 7.0.
	RedisImage = "docker.io/library/redis:7.2.11"
	// MetricsServerImage serves what pods use (github.com/kubernetes-sigs/metrics-server).
	MetricsServerImage = "registry.k8s.io/metrics-server/metrics-server:v0.8.0"
	// AdapterImage serves Prometheus' metrics to autoscalers
	// (github.com/kubernetes-sigs/prometheus-adapter).
	AdapterImage = "registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0"
	// KernelImage sets the media nodes' kernel parameters: it has sysctl and nothing else
	// to speak of.
	KernelImage = "docker.io/library/busybox:1.37.0"
	// K6Image runs load tests (github.com/grafana/k6), in no stack but by "gomeet load"; the
	// version of tools/k6.
	K6Image = "docker.io/grafana/k6:1.8.1"

	// PrometheusImage is the version whose promtool checks what is rendered (module version
	// v0.316.0 in tools/prometheus).
	PrometheusImage = "docker.io/prom/prometheus:v3.16.0"
	// AlertmanagerImage is that of amtool in tools/prometheus.
	AlertmanagerImage = "docker.io/prom/alertmanager:v0.34.1"
	// GrafanaImage is of the last minor version of 12, which is mended longest.
	GrafanaImage = "docker.io/grafana/grafana:12.3.1"
	// NodeExporterImage and KubeStateMetricsImage are those whose metrics are in
	// testdata/metrics.
	NodeExporterImage     = "quay.io/prometheus/node-exporter:v1.11.1"
	KubeStateMetricsImage = "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.18.0"
	// PushgatewayImage keeps the metrics of jobs.
	PushgatewayImage = "quay.io/prometheus/pushgateway:v1.11.1"
	// The exporters of the data tier.
	RedisExporterImage     = "docker.io/oliver006/redis_exporter:v1.89.0"
	PostgresExporterImage  = "quay.io/prometheuscommunity/postgres-exporter:v0.20.1"
	PgBouncerExporterImage = "quay.io/prometheuscommunity/pgbouncer-exporter:v0.10.2"
)

// LiveKitVersion is the version of LiveKitImage, as the server itself tells it.
func LiveKitVersion() string {
	_, tag, _ := strings.Cut(LiveKitImage, ":")
	return strings.TrimPrefix(tag, "v")
}
