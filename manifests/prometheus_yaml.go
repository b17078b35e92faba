package manifests

import (
	"net/url"
	"strings"
	"time"
)

type (
	prometheusYAML struct {
		Global struct {
			ScrapeInterval     string            `yaml:"scrape_interval"`
			EvaluationInterval string            `yaml:"evaluation_interval"`
			ExternalLabels     map[string]string `yaml:"external_labels"`
		} `yaml:"global"`
		RuleFiles   []string          `yaml:"rule_files"`
		Alerting    alertingYAML      `yaml:"alerting"`
		Jobs        []jobYAML         `yaml:"scrape_configs"`
		RemoteWrite []remoteWriteYAML `yaml:"remote_write,omitempty"`
	}
	alertingYAML struct {
		// AlertRelabels takes away what differs between the replicas, so that
		// Alertmanager sees one alert.
		AlertRelabels []relabel          `yaml:"alert_relabel_configs"`
		Alertmanagers []alertmanagerYAML `yaml:"alertmanagers"`
	}
	alertmanagerYAML struct {
		DNS []dnsYAML `yaml:"dns_sd_configs"`
	}
	dnsYAML struct {
		Names []string `yaml:"names,flow"`
		Type  string   `yaml:"type"`
		Port  int      `yaml:"port"`
	}
	jobYAML struct {
		Name           string              `yaml:"job_name"`
		Interval       string              `yaml:"scrape_interval,omitempty"`
		Timeout        string              `yaml:"scrape_timeout,omitempty"`
		Path           string              `yaml:"metrics_path,omitempty"`
		Params         map[string][]string `yaml:"params,omitempty"`
		Scheme         string              `yaml:"scheme,omitempty"`
		HonorLabels    bool                `yaml:"honor_labels,omitempty"`
		Authorization  *credentials        `yaml:"authorization,omitempty"`
		TLS            *tlsYAML            `yaml:"tls_config,omitempty"`
		Kubernetes     []kubernetesYAML    `yaml:"kubernetes_sd_configs"`
		Relabels       []relabel           `yaml:"relabel_configs"`
		MetricRelabels []relabel           `yaml:"metric_relabel_configs,omitempty"`
	}
	credentials struct {
		File string `yaml:"credentials_file"`
	}
	tlsYAML struct {
		CAFile     string `yaml:"ca_file,omitempty"`
		ServerName string `yaml:"server_name,omitempty"`
	}
	kubernetesYAML struct {
		Server        string          `yaml:"api_server,omitempty"`
		Role          DiscoveryRole   `yaml:"role"`
		Namespaces    *namespacesYAML `yaml:"namespaces,omitempty"`
		Authorization *credentials    `yaml:"authorization,omitempty"`
		TLS           *tlsYAML        `yaml:"tls_config,omitempty"`
		Attach        *attachYAML     `yaml:"attach_metadata,omitempty"`
	}
	attachYAML struct {
		Node bool `yaml:"node"`
	}
	namespacesYAML struct {
		Names []string `yaml:"names,flow"`
	}
	remoteWriteYAML struct {
		URL       string         `yaml:"url"`
		BasicAuth *basicAuthYAML `yaml:"basic_auth,omitempty"`
	}
	basicAuthYAML struct {
		User string `yaml:"username"`
		File string `yaml:"password_file"`
	}
)

// Render returns the configuration as YAML, or everything Validate found.
func (p Prometheus) Render() (string, error) {
	if err := p.Validate(); err != nil {
		return "", err
	}
	y := prometheusYAML{RuleFiles: []string{PrometheusRulesDir + "/*.yml"}}
	y.Global.ScrapeInterval, y.Global.EvaluationInterval = promDuration(p.ScrapeInterval), promDuration(p.EvaluationInterval)
	y.Global.ExternalLabels = map[string]string{"stack": p.Stack, "site": p.Site, "replica": "${POD_NAME}"}
	y.Alerting.AlertRelabels = []relabel{{Regex: "replica", Action: "labeldrop"}}
	y.Alerting.Alertmanagers = []alertmanagerYAML{{DNS: []dnsYAML{{[]string{p.Alertmanagers}, "A", AlertmanagerPort}}}}
	for _, job := range p.Jobs {
		y.Jobs = append(y.Jobs, p.job(job))
	}
	if r := p.RemoteWrite; r != nil {
		remote := remoteWriteYAML{URL: r.URL}
		if r.User != "" {
			remote.BasicAuth = &basicAuthYAML{r.User, RemoteWritePasswordFile}
		}
		y.RemoteWrite = append(y.RemoteWrite, remote)
	}
	return render(y)
}

func (p Prometheus) job(j ScrapeJob) jobYAML {
	discovery := kubernetesYAML{Server: p.Kubernetes.Server, Role: j.Role}
	if j.Namespace != "" {
		discovery.Namespaces = &namespacesYAML{[]string{j.Namespace}}
	}
	if p.Kubernetes.Server != "" {
		discovery.Authorization = &credentials{p.Kubernetes.file("token")}
		discovery.TLS = &tlsYAML{CAFile: p.Kubernetes.file("ca.crt")}
	}
	if j.NodeRole {
		discovery.Attach = &attachYAML{Node: true}
	}
	y := jobYAML{Name: j.Name, Path: j.Path, HonorLabels: j.HonorLabels, Kubernetes: []kubernetesYAML{discovery}, Relabels: j.relabels()}
	if j.Interval > 0 {
		y.Interval, y.Timeout = promDuration(j.Interval), promDuration(j.Interval)
	}
	if j.Token {
		y.Authorization = &credentials{p.Kubernetes.file("token")}
	}
	if j.TLS != nil {
		y.Scheme, y.TLS = "https", &tlsYAML{j.TLS.CAFile, j.TLS.ServerName}
	}
	if j.Exporter != nil {
		for key, value := range j.Exporter.Params {
			if y.Params == nil {
				y.Params = map[string][]string{}
			}
			y.Params[key] = []string{value}
		}
	}
	if j.Drop != "" {
		y.MetricRelabels = []relabel{{Source: []string{"__name__"}, Regex: j.Drop, Action: "drop"}}
	}
	return y
}

// promDuration writes a duration as people do: 1h, not 1h0m0s.
func promDuration(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// isHTTP tells whether the text is a URL that an HTTP client can open.
func isHTTP(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
