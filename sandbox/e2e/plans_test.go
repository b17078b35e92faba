package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// plan is what the engine would do to the cloud, such as "update KubernetesNodePool
// singapore-sfu". What stays the same is left out, and so is what follows inside of the
// clusters.
func (w *world) plan(stack string, set ...string) []string {
	w.t.Helper()
	var script strings.Builder
	script.WriteString(`cp "$PULUMI_OPTION_CONFIG_FILE" "$GOMEET_SANDBOX_DIR/kept.yaml" && `)
	for _, assignment := range set {
		key, value, _ := strings.Cut(assignment, "=")
		fmt.Fprintf(&script, "pulumi config set --stack %s --path 'gomeet:%s' -- '%s' && ", stack, key, value)
	}
	fmt.Fprintf(&script, "pulumi preview --json --stack %s --non-interactive 2>&1", stack)
	output, err := w.shell(stack, script.String())
	back, restoreErr := w.shell(stack, `cp "$GOMEET_SANDBOX_DIR/kept.yaml" "$PULUMI_OPTION_CONFIG_FILE"`)
	require.NoError(w.t, restoreErr, back)
	require.NoError(w.t, err, output)
	var preview struct {
		Steps []struct{ Op, URN string } `json:"steps"`
	}
	require.NoError(w.t, json.Unmarshal([]byte(output[strings.Index(output, "{"):]), &preview), output)
	var steps []string
	for _, step := range preview.Steps {
		parts := strings.Split(step.URN, "::")
		types := strings.Split(parts[2], "$")
		kind := types[len(types)-1]
		if step.Op != "same" && strings.HasPrefix(kind, "digitalocean:") {
			steps = append(steps, step.Op+" "+kind[strings.LastIndex(kind, ":")+1:]+" "+parts[3])
		}
	}
	slices.Sort(steps)
	return steps
}

// Every change an operator makes has exactly the plan that the documentation promises,
// and none replaces a cluster.
func TestPlans(t *testing.T) {
	w := newWorld(t).compiled()
	w.make("up", "dev")
	for _, c := range []struct {
		name      string
		set, want []string
	}{
		{name: "nothing", set: nil, want: nil},
		{
			name: "a count",
			set:  []string{"pools.sfu.count=2"},
			want: []string{"update KubernetesNodePool singapore-sfu"},
		},
		{
			name: "a size",
			set:  []string{"pools.redis.size=s-2vcpu-4gb"},
			want: []string{"replace KubernetesNodePool singapore-redis"},
		},
		{
			name: "one more pool",
			set:  []string{"pools.recorder.size=c-2", "pools.recorder.count=1"},
			want: []string{
				"create Firewall singapore-recorder", "create KubernetesNodePool singapore-recorder", "create Tag singapore-recorder",
			},
		},
		{
			name: "autoscaling",
			set:  []string{"autoscale=true"},
			want: []string{"update KubernetesNodePool singapore-api", "update KubernetesNodePool singapore-sfu"},
		},
		{
			name: "settings of the cluster",
			set: []string{
				"maintenanceWindow.day=tuesday", "maintenanceWindow.start=21:00", "controlPlaneAllowedAddresses[0]=198.51.100.0/24",
				"registryIntegration=true", "highAvailability=true",
			},
			want: []string{"update KubernetesCluster singapore"},
		},
		{
			name: "alerts",
			set:  []string{"alertEmails[0]=oncall@gomeet.example"},
			want: []string{
				"create MonitorAlert singapore-api-cpu", "create MonitorAlert singapore-api-disk", "create MonitorAlert singapore-api-memory",
				"create MonitorAlert singapore-minio-cpu", "create MonitorAlert singapore-minio-disk", "create MonitorAlert singapore-minio-memory",
				"create MonitorAlert singapore-monitoring-cpu", "create MonitorAlert singapore-monitoring-disk", "create MonitorAlert singapore-monitoring-memory",
				"create MonitorAlert singapore-pg-cpu", "create MonitorAlert singapore-pg-disk", "create MonitorAlert singapore-pg-memory",
				"create MonitorAlert singapore-redis-cpu", "create MonitorAlert singapore-redis-disk", "create MonitorAlert singapore-redis-memory",
				"create MonitorAlert singapore-sfu-cpu", "create MonitorAlert singapore-sfu-disk", "create MonitorAlert singapore-sfu-memory",
				"create MonitorAlert singapore-web-connections", "create MonitorAlert singapore-websocket-connections",
				"create UptimeAlert singapore-web-certificate", "create UptimeAlert singapore-web-down",
				"create UptimeAlert singapore-websocket-certificate", "create UptimeAlert singapore-websocket-down",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := *w
			w.t = t
			require.Equal(t, c.want, w.plan("dev", c.set...))
		})
	}

	t.Run("a renamed site", func(t *testing.T) {
		w := *w
		w.t = t
		steps := w.plan("dev", "sites[0].name=sg", "sites[0].formerly=singapore")
		for _, kind := range []string{"KubernetesCluster", "Vpc", "LoadBalancer", "KubernetesNodePool"} {
			require.NotEmpty(t, steps)
			for _, step := range steps {
				if strings.Contains(step, " "+kind+" ") {
					require.True(t, strings.HasPrefix(step, "update "), step)
				}
			}
		}
	})

	t.Run("what would replace the cluster is refused", func(t *testing.T) {
		for _, set := range []string{
			"gomeet:pools.default.size s-4vcpu-8gb", "'gomeet:sites[0].clusterSubnet' 10.84.0.0/18", "'gomeet:sites[0].region' nyc3",
		} {
			output, err := w.shell("dev", `cp "$PULUMI_OPTION_CONFIG_FILE" "$GOMEET_SANDBOX_DIR/kept.yaml"; pulumi config set --stack dev --path `+set+
				` && pulumi up --yes --stack dev --non-interactive; status=$?; cp "$GOMEET_SANDBOX_DIR/kept.yaml" "$PULUMI_OPTION_CONFIG_FILE"; exit $status`)
			require.Error(t, err, output)
			require.Contains(t, output, `cannot change: the cluster of site "singapore" has`)
		}
		require.Empty(t, w.plan("dev"))
	})

	t.Run("a new pool is there before the old one goes", func(t *testing.T) {
		output, err := w.shell("dev", "pulumi config set --stack dev --path gomeet:pools.redis.size s-2vcpu-4gb && "+
			"pulumi up --yes --skip-preview --stack dev --non-interactive")
		require.NoError(t, err, output)
		log, err := os.ReadFile(filepath.Join(w.dir, "requests.jsonl"))
		require.NoError(t, err)
		var changes []string
		for line := range strings.Lines(string(log)) {
			var request struct{ Method, Path string }
			require.NoError(t, json.Unmarshal([]byte(line), &request))
			if strings.Contains(request.Path, "/node_pools") && request.Method != "GET" {
				changes = append(changes, request.Method)
			}
		}
		require.Equal(t, []string{"POST", "DELETE"}, changes[len(changes)-2:])
	})
}
