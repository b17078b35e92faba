package manifests

import (
	"fmt"
	"time"
)

// DiscoveryRole is what Kubernetes is asked for (prometheus.io, kubernetes_sd_config).
type DiscoveryRole string

// The roles in use.
const (
	RolePod       DiscoveryRole = "pod"
	RoleNode      DiscoveryRole = "node"
	RoleEndpoints DiscoveryRole = "endpointslice"
)

// ScrapeJob is targets of one kind.
type ScrapeJob struct {
	// Name becomes the label job.
	Name string
	// Role is what is discovered, Namespace where; Apps are the values of the label
	// app.kubernetes.io/name that are kept, all of them if there are none.
	Role      DiscoveryRole
	Namespace string
	Apps      []string
	// Port is the name of the container's port (of the Service's, for endpoints).
	Port string
	// Path and Interval are /metrics and the configuration's interval if empty.
	Path     string
	Interval time.Duration
	// TLS says how a target that serves HTTPS is checked; nil for plain HTTP.
	TLS *ScrapeTLS
	// Token sends the account's token.
	Token bool
	// HonorLabels keeps the labels that the target serves, and gives it none of its own: it
	// speaks of other pods and nodes than those it is.
	HonorLabels bool
	// NodeRole adds the label role, that of the target's node.
	NodeRole bool
	// Exporter is asked about the target instead of the target itself.
	Exporter *ProbeExporter
	// Drop are metrics, as a regular expression, that are not kept.
	Drop string
}

// ScrapeTLS is how a target's certificate is checked.
type ScrapeTLS struct {
	// CAFile is what it is checked against. ServerName is the name it must have, empty for
	// the target's address.
	CAFile, ServerName string
}

// ProbeExporter is an exporter that looks at the target that a request names.
type ProbeExporter struct {
	// Address is the exporter's host:port. Target is what it is asked about: a
	// replacement in which $1 is the pod's name.
	Address, Target string
	// Params are further parameters of the request.
	Params map[string]string
}

// appLabel is Kubernetes' recommended label, as discovery names it.
const appLabel = "app_kubernetes_io_name"

// kubeletTLS checks kubelets as metrics-server does (MetricsServerArgs): on DOKS their
// certificates are of the cluster's authority and name the addresses of their nodes, by which
// they are found. They are sent the account's token.
var kubeletTLS = ScrapeTLS{CAFile: ServiceAccountDir + "/ca.crt"}

// platformJobs is everything that serves metrics, each found by its role and label.
func platformJobs() []ScrapeJob {
	apis := make([]string, len(apiServices))
	for i, s := range apiServices {
		apis[i] = s.name
	}
	data := ScrapeTLS{CAFile: DataAuthorityDir + "/ca.crt"}
	// Members answer at their addresses, and the certificate has names.
	data.ServerName = ServiceHost(DefaultPatroni().Scope, DataNamespace)
	pod := func(name, namespace, port string, apps ...string) ScrapeJob {
		return ScrapeJob{Name: name, Role: RolePod, Namespace: namespace, Apps: apps, Port: port}
	}
	livekit := pod("livekit", MediaNamespace, "metrics", "livekit")
	// The design's interval of the SFU.
	livekit.Interval = 5 * time.Second
	patroni := pod("patroni", DataNamespace, "patroni", "postgres")
	patroni.TLS = &data
	store := pod("minio", DataNamespace, "minio", MinIOService)
	store.Path, store.TLS = MinIOMetricsPath, &ScrapeTLS{CAFile: data.CAFile, ServerName: ServiceHost(MinIOService, DataNamespace)}
	gateway := pod("pushgateway", MonitoringNamespace, "metrics", PushgatewayService)
	gateway.HonorLabels = true
	// Its pods and nodes are those it tells about, not its own.
	state := pod("kube-state-metrics", MonitoringNamespace, "metrics", KubeStateMetricsApp)
	state.HonorLabels = true
	node := pod("node", NodeMetricsNamespace, "metrics", NodeExporterApp)
	node.NodeRole = true
	jobs := []ScrapeJob{
		livekit,
		pod("api", APINamespace, "metrics", apis...),
		pod("traefik", EdgeNamespace, "metrics", "traefik"),
		pod("egress", RecordingNamespace, "metrics", "egress"),
		patroni,
		probed("postgres", "postgres", "postgresql", PostgresExporterService, PostgresExporterPort, "/probe",
			fmt.Sprintf("$1.%s:%d/gomeet", ServiceHost("postgres-members", DataNamespace), DefaultPatroni().Port),
			map[string]string{"auth_module": PostgresAuthModule}),
		// Every node has a Service of its name, which its certificate has as well.
		probed("redis", RedisService, "redis", RedisExporterService, RedisExporterPort, "/scrape",
			"rediss://$1."+DataNamespace+fmt.Sprintf(".svc.cluster.local:%d", RedisPort), nil),
		pod("pgbouncer", DataNamespace, "metrics", PgBouncerService),
		store,
		node,
		state,
		gateway,
		pod("prometheus", MonitoringNamespace, "metrics", PrometheusService),
		pod("alertmanager", MonitoringNamespace, "metrics", AlertmanagerApp),
		pod("grafana", MonitoringNamespace, "http", GrafanaApp),
	}
	return append(jobs, kubernetesJobs()...)
}

// kubernetesJobs is Kubernetes itself: its API, kubelets and their containers.
func kubernetesJobs() []ScrapeJob {
	return []ScrapeJob{
		{
			Name: "apiserver", Role: RoleEndpoints, Namespace: "default", Port: "https", Token: true,
			TLS: &ScrapeTLS{CAFile: ServiceAccountDir + "/ca.crt", ServerName: "kubernetes.default.svc"},
			// Four fifths of what an API server serves, and nothing here asks for it.
			Drop: "apiserver_request_body_size_bytes_bucket|apiserver_request_sli_duration_seconds_bucket|apiserver_response_sizes_bucket|" +
				"apiserver_watch_.*|etcd_request_duration_seconds_bucket",
		},
		{Name: "kubelet", Role: RoleNode, Token: true, TLS: &kubeletTLS},
		{
			Name: "cadvisor", Role: RoleNode, Path: "/metrics/cadvisor", Token: true, TLS: &kubeletTLS,
			Drop: "container_(tasks_state|memory_failures_total|blkio_device_usage_total|file_descriptors|sockets|threads|ulimits_soft)",
		},
	}
}

// probed is a job whose targets an exporter looks at.
func probed(name, app, port, service string, number int, path, target string, params map[string]string) ScrapeJob {
	return ScrapeJob{
		Name: name, Role: RolePod, Namespace: DataNamespace, Apps: []string{app}, Port: port, Path: path,
		Exporter: &ProbeExporter{
			Address: fmt.Sprintf("%s:%d", ServiceHost(service, MonitoringNamespace), number), Target: target, Params: params,
		},
	}
}
