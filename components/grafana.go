package components

import (
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
)

// grafanaUser is the image's user; its plugins and pages belong to it.
const grafanaUser = 472

// grafana makes the one Grafana with what it is provisioned with.
func grafana(ctx *pulumi.Context, logical string, args *MonitoringArgs, opts ...pulumi.ResourceOption) error {
	app, env := manifests.GrafanaApp, args.Environment
	sources, err := manifests.GrafanaDatasources()
	if err != nil {
		return err
	}
	providers, err := manifests.GrafanaProviders()
	if err != nil {
		return err
	}
	w := watcher{
		app: app, image: manifests.GrafanaImage, portName: "http", port: manifests.GrafanaPort, ready: "/api/health", user: grafanaUser,
		request: args.Layout.Small,
		mounts:  corev1.VolumeMountArray{writable("data", "/var/lib/grafana"), writable("logs", "/var/log/grafana"), writable("tmp", "/tmp")},
		volumes: corev1.VolumeArray{inMemory("data", "64Mi"), inMemory("logs", "1Mi"), inMemory("tmp", "16Mi")},
		edges: edges{
			in:  []allowed{fromPrometheus(manifests.GrafanaPort)},
			out: []allowed{tcp(peer{app: prometheusApp, namespace: manifests.MonitoringNamespace}, manifests.PrometheusPort)},
		},
	}
	// A browser's panels at once, and the pages of the program in memory.
	w.request.MemoryMiB *= 2
	var all []string
	for _, part := range []struct {
		volume, dir string
		files       map[string]string
	}{
		{"config", manifests.GrafanaConfigDir, map[string]string{manifests.GrafanaFile: manifests.Grafana()}},
		{"datasources", manifests.GrafanaDatasourcesDir, map[string]string{manifests.GrafanaDatasourcesFile: sources}},
		{"providers", manifests.GrafanaProvidersDir, map[string]string{manifests.GrafanaProvidersFile: providers}},
		{"dashboards", manifests.GrafanaDashboardsDir, args.Dashboards},
	} {
		volume, err := filesConfig(ctx, logical, app+"-"+part.volume, part.volume, env, part.files, opts...)
		if err != nil {
			return err
		}
		w.mounts, w.volumes = append(w.mounts, mount(part.volume, part.dir)), append(w.volumes, volume)
		for _, file := range sortedNames(part.files) {
			all = append(all, part.files[file])
		}
	}
	w.changes = rolls(strings.Join(all, "\n"))
	return w.deployment(ctx, logical, env, opts...)
}
