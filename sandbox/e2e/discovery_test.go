package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// discovers starts the real Prometheus on the configuration and the rules that the stack
// deployed, and returns how many targets each job finds in the site's cluster. Only how
// the API is reached is adapted: Prometheus is outside of the cluster. The targets
// answer nothing, as the sandbox's pods do not run.
func discovers(t *testing.T, prometheus, kubeconfig string) map[string]int {
	t.Helper()
	dir := t.TempDir()
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	files := func(name string) map[string]string {
		found, err := client.CoreV1().ConfigMaps("monitoring").Get(context.Background(), name, metav1.GetOptions{})
		require.NoError(t, err)
		return found.Data
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kubeconfig"), []byte(kubeconfig), 0o600))
	for name, text := range files("prometheus-rules") {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	adapted := outside(t, files("prometheus")["prometheus.yml"], dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yaml"), adapted, 0o600))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, prometheus, "--config.file="+filepath.Join(dir, "prometheus.yaml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	command.Stdout, command.Stderr = log, log
	require.NoError(t, command.Start())
	t.Cleanup(func() { cancel(); _ = command.Wait(); _ = log.Close() })

	// What is found does not grow any more when two looks agree.
	var found map[string]int
	require.Eventually(t, func() bool {
		before := len(found)
		found = targets(address)
		return before > 0 && before == len(found)
	}, 2*time.Minute, 6*time.Second, "Prometheus finds targets; its log is %s", log.Name())
	return found
}

// outside adapts a configuration to a Prometheus outside of the cluster.
func outside(t *testing.T, text, dir string) []byte {
	t.Helper()
	var config map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &config))
	config["rule_files"] = []string{dir + "/*.yml"}
	delete(config, "alerting")
	for _, job := range config["scrape_configs"].([]any) {
		job := job.(map[string]any)
		// Files of the pod.
		delete(job, "authorization")
		delete(job, "tls_config")
		for _, discovery := range job["kubernetes_sd_configs"].([]any) {
			discovery.(map[string]any)["kubeconfig_file"] = dir + "/kubeconfig"
		}
	}
	adapted, err := yaml.Marshal(config)
	require.NoError(t, err)
	return adapted
}

// requireDiscovery requires that Prometheus finds every job of a site that runs everything
// but recorders: one target for each of the site's pods, and one for each node.
func (w *world) requireDiscovery(stack, site string) {
	w.t.Helper()
	found, nodes := discovers(w.t, w.tool("prometheus"), w.kubeconfig(stack, site)), len(w.cluster(stack, site).nodes)
	require.Equal(w.t, map[string]int{
		"livekit": 1, "api": 5, "traefik": 1, "patroni": 1, "postgres": 1, "redis": 3, "pgbouncer": 1,
		"node": nodes, "kubelet": nodes, "cadvisor": nodes, "apiserver": 1, "kube-state-metrics": 1,
		"pushgateway": 1, "prometheus": 1, "alertmanager": 1, "grafana": 1,
	}, found)
}

// targets counts Prometheus' active targets by job.
func targets(address string) map[string]int {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(fmt.Sprintf("http://%s/api/v1/targets?state=active", address))
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			ActiveTargets []struct{ Labels map[string]string }
		}
	}
	if json.NewDecoder(response.Body).Decode(&answer) != nil {
		return nil
	}
	counts := map[string]int{}
	for _, target := range answer.Data.ActiveTargets {
		counts[target.Labels["job"]]++
	}
	return counts
}
