package manifests

// Names and ports of what runs beside Prometheus. The ports are the programs' own
// defaults (github.com/prometheus/prometheus/wiki/Default-port-allocations).
const (
	// AlertmanagerApp is the Service for people, AlertmanagerMembers the headless one:
	// Prometheus sends every alert to every member. They gossip on the mesh port.
	AlertmanagerApp, AlertmanagerMembers   = "alertmanager", "alertmanager-members"
	AlertmanagerPort, AlertmanagerMeshPort = 9093, 9094

	GrafanaApp, GrafanaPort = "grafana", 3000

	KubeStateMetricsApp, KubeStateMetricsPort = "kube-state-metrics", 8080

	// NodeExporterApp runs on every node, on the host's network.
	NodeExporterApp, NodeExporterPort = "node-exporter", 9100

	// RedisExporterService and PostgresExporterService look at the nodes that Prometheus
	// names, one exporter for all of them. PgBouncer's is a container beside each pooler.
	RedisExporterService, RedisExporterPort       = "redis-exporter", 9121
	PostgresExporterService, PostgresExporterPort = "postgres-exporter", 9187
	PgBouncerExporterPort                         = 9127

	// PostgresAuthModule names the credentials in PostgresExporterFile.
	PostgresAuthModule = "gomeet"
)
