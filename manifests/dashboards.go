package manifests

// Dashboards returns Grafana's dashboards in JSON by their files' names.
func Dashboards(Limits) (map[string]string, error) { return map[string]string{}, nil }
