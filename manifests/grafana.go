package manifests

import "fmt"

// Where Grafana finds what it is provisioned with (grafana.com, provisioning).
const (
	GrafanaFile             = "grafana.ini"
	GrafanaConfigDir        = "/etc/grafana"
	GrafanaDatasourcesDir   = "/etc/grafana/provisioning/datasources"
	GrafanaProvidersDir     = "/etc/grafana/provisioning/dashboards"
	GrafanaDatasourcesFile  = "prometheus.yaml"
	GrafanaProvidersFile    = "gomeet.yaml"
	GrafanaDashboardsDir    = "/var/lib/grafana-dashboards"
	grafanaDatasource       = "prometheus"
	grafanaIntervalSeconds  = 15
	grafanaProviderInterval = 60
)

// Grafana returns grafana.ini. Grafana keeps nothing and has no user: who may forward a
// port of the cluster may look, and nobody may change what the program provisions.
func Grafana() string {
	return fmt.Sprintf(`[server]
http_port = %d
[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
[security]
disable_initial_admin_creation = true
[auth]
disable_login_form = true
[auth.anonymous]
enabled = true
org_role = Viewer
[users]
default_theme = system
[plugins]
preinstall_disabled = true
[log]
mode = console
[metrics]
enabled = true
`, GrafanaPort)
}

// GrafanaDatasources returns the one source of data, in Grafana's format.
func GrafanaDatasources() (string, error) {
	type source struct {
		Name      string         `yaml:"name"`
		UID       string         `yaml:"uid"`
		Type      string         `yaml:"type"`
		Access    string         `yaml:"access"`
		URL       string         `yaml:"url"`
		IsDefault bool           `yaml:"isDefault"`
		Editable  bool           `yaml:"editable"`
		JSONData  map[string]any `yaml:"jsonData"`
	}
	return render(struct {
		APIVersion  int      `yaml:"apiVersion"`
		Datasources []source `yaml:"datasources"`
	}{1, []source{{
		Name: "Prometheus", UID: grafanaDatasource, Type: "prometheus", Access: "proxy", IsDefault: true,
		URL:      fmt.Sprintf("http://%s:%d", ServiceHost(PrometheusService, MonitoringNamespace), PrometheusPort),
		JSONData: map[string]any{"httpMethod": "POST", "timeInterval": fmt.Sprintf("%ds", grafanaIntervalSeconds)},
	}}})
}

// GrafanaProviders says where dashboards are, in Grafana's format.
func GrafanaProviders() (string, error) {
	type provider struct {
		Name           string            `yaml:"name"`
		Folder         string            `yaml:"folder"`
		Type           string            `yaml:"type"`
		AllowUpdates   bool              `yaml:"allowUiUpdates"`
		UpdateInterval int               `yaml:"updateIntervalSeconds"`
		Options        map[string]string `yaml:"options"`
	}
	return render(struct {
		APIVersion int        `yaml:"apiVersion"`
		Providers  []provider `yaml:"providers"`
	}{1, []provider{{Name: "gomeet", Folder: "GoMeet", Type: "file", UpdateInterval: grafanaProviderInterval,
		Options: map[string]string{"path": GrafanaDashboardsDir}}}})
}
