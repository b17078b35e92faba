package manifests

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Where Prometheus finds its files.
const (
	// PrometheusFile is the name of the configuration, in PrometheusConfigDir.
	PrometheusFile      = "prometheus.yml"
	PrometheusConfigDir = "/etc/prometheus"
	// PrometheusRulesDir holds the rules, one file per subject.
	PrometheusRulesDir = "/etc/prometheus/rules"
	// ServiceAccountDir is where Kubernetes mounts a pod's token and its authority
	// (kubernetes.io/docs/tasks/run-application/access-api-from-pod).
	ServiceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount"
	// DataAuthorityDir is where Prometheus finds what the data tier's certificate is
	// checked against, as ca.crt.
	DataAuthorityDir = "/run/secrets/data-authority"
	// RemoteWritePasswordFile holds the password of the remote store.
	RemoteWritePasswordFile = "/run/secrets/remote-write/password"
)

// Prometheus is the configuration of both Prometheus replicas of one site. Each scrapes
// everything and sends every alert; Alertmanager drops what it has. It holds no secret.
type Prometheus struct {
	// Stack and Site become labels of everything that leaves the site.
	Stack, Site string
	// ScrapeInterval and EvaluationInterval are how often targets are asked, unless their
	// job says otherwise, and rules evaluated.
	ScrapeInterval, EvaluationInterval time.Duration
	// Jobs are what is scraped.
	Jobs []ScrapeJob
	// Alertmanagers is the DNS name of the headless Service of the Alertmanagers; each of
	// them must get every alert.
	Alertmanagers string
	// RemoteWrite sends all samples to another store as well; nil for none.
	RemoteWrite *RemoteWrite
	// Kubernetes says how the API is reached; the zero value is a pod's own account.
	Kubernetes KubernetesAccess
}

// RemoteWrite is a store that speaks Prometheus' remote write protocol.
type RemoteWrite struct {
	// URL is where samples go. User is empty for a store without authentication; its
	// password is in RemoteWritePasswordFile.
	URL, User string
}

// Port is where the store listens: that of the URL, or its scheme's. A URL that
// Prometheus.Validate refuses has none, 0.
func (r RemoteWrite) Port() int {
	u, err := url.Parse(r.URL)
	if err != nil {
		return 0
	}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		return port
	}
	return map[string]int{"http": 80, "https": 443}[u.Scheme]
}

// KubernetesAccess is how Prometheus reaches Kubernetes' API from outside of a cluster.
type KubernetesAccess struct {
	// Server is the API's URL; empty for a pod's own.
	Server string
	// Dir holds the files token and ca.crt; empty for ServiceAccountDir.
	Dir string
}

func (k KubernetesAccess) file(name string) string {
	dir := k.Dir
	if dir == "" {
		dir = ServiceAccountDir
	}
	return dir + "/" + name
}

// NewPrometheus returns the configuration of a site with the design's intervals (section
// "Prometheus Configuration": 15 s for both, 5 s for the SFU) and every job of the
// platform.
func NewPrometheus(stack, site string) Prometheus {
	return Prometheus{
		Stack: stack, Site: site,
		ScrapeInterval: 15 * time.Second, EvaluationInterval: 15 * time.Second,
		Jobs:          platformJobs(),
		Alertmanagers: ServiceHost(AlertmanagerMembers, MonitoringNamespace),
	}
}

// Validate returns everything that is wrong.
func (p Prometheus) Validate() error {
	c := &checks{file: PrometheusFile}
	c.present("stack", p.Stack)
	c.present("site", p.Site)
	c.that(p.ScrapeInterval >= time.Second, "scrapeInterval", p.ScrapeInterval, "at least 1s")
	c.that(p.EvaluationInterval >= time.Second, "evaluationInterval", p.EvaluationInterval, "at least 1s")
	c.that(len(p.Jobs) > 0, "jobs", len(p.Jobs), "at least one")
	var names []string
	for i, job := range p.Jobs {
		key := fmt.Sprintf("jobs[%d].", i)
		c.present(key+"name", job.Name)
		c.that(!slices.Contains(names, job.Name), key+"name", job.Name, "unique")
		names = append(names, job.Name)
		c.that(slices.Contains([]DiscoveryRole{RolePod, RoleNode, RoleEndpoints}, job.Role), key+"role", string(job.Role), "pod, node or endpointslice")
		c.that(!job.Token || job.TLS != nil && job.TLS.CAFile != "", key+"tls", job.TLS, "an authority: nobody else may read the token")
		c.that(job.Interval == 0 || job.Interval >= time.Second, key+"interval", job.Interval, "at least 1s, or 0 for the default")
		c.that(job.Role == RoleNode || job.Port != "", key+"port", job.Port, "the name of a port")
		c.that(job.Exporter == nil || job.Exporter.Address != "" && job.Exporter.Target != "", key+"exporter", job.Exporter, "an address and a target")
	}
	if p.RemoteWrite != nil {
		c.that(isHTTP(p.RemoteWrite.URL), "remoteWrite.url", p.RemoteWrite.URL, "a URL with http or https and a host")
	}
	return c.err()
}
