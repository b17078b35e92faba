package manifests

// The platform's namespaces: one per trust level, so that Pod Security Admission and
// NetworkPolicies can differ.
const (
	// APINamespace holds the five services of the API, EdgeNamespace Traefik.
	APINamespace, EdgeNamespace = "gomeet", "edge"
	// MediaNamespace holds LiveKit on the host network, RecordingNamespace its recorders
	// with their browsers.
	MediaNamespace, RecordingNamespace = "media", "recording"
	// AutoscalingNamespace holds what serves Kubernetes' metrics APIs.
	AutoscalingNamespace = "autoscaling"
	// DataNamespace holds PostgreSQL, PgBouncer, Redis and the object store.
	DataNamespace = "data"
	// MonitoringNamespace holds Prometheus and what belongs to it.
	MonitoringNamespace = "monitoring"
	// NodeMetricsNamespace holds the node exporters: they see the host, which the
	// namespace of Prometheus forbids.
	NodeMetricsNamespace = "node-metrics"
	// LoadNamespace holds the workers of a load test, and is there as long as they are.
	LoadNamespace = "load"
)

// PrometheusService is both Prometheus replicas; each has every metric.
const PrometheusService, PrometheusPort = "prometheus", 9090

// The Services of the data tier that everything else connects to, and their ports.
const (
	// RedisService is every node of the Redis cluster; clients find the masters.
	RedisService, RedisPort = "redis", 6379
	// PgBouncerService is every pooler; they find the primary.
	PgBouncerService, PgBouncerPort = "pgbouncer", 6432
)

// ServiceHost returns a Service's name as any pod of the cluster resolves it.
func ServiceHost(service, namespace string) string {
	return service + "." + namespace + ".svc.cluster.local"
}
