package metrics_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/gomeet/infra/sandbox/kube"
	"github.com/gomeet/infra/sandbox/metrics"
)

// world is a cluster of one node, whose pods are as busy as loads says.
type world struct {
	t      *testing.T
	config *rest.Config
	client kubernetes.Interface
	loads  *metrics.Loads
}

func newWorld(t *testing.T) *world {
	t.Helper()
	tools := os.Getenv("GOMEET_TOOLS")
	if tools == "" {
		tools = filepath.Join("..", "..", "tools", "bin")
	}
	if _, err := os.Stat(filepath.Join(tools, "kube-apiserver")); err != nil {
		t.Skipf("no control plane programs in %q: build them with `make tools` or set GOMEET_TOOLS", tools)
	}
	loads := &metrics.Loads{}
	manager, err := kube.New(kube.Config{
		Dir: t.TempDir(), BinDir: tools, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Network: metrics.Network(loads),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, manager.Close()) })
	endpoint, err := manager.Up(t.Context(), kube.Spec{ID: "c1", Name: "test", Region: "sgp1", Token: "token"})
	require.NoError(t, err)
	require.NoError(t, manager.SetNodes(t.Context(), "c1", []kube.Node{{
		ID: "n1", Name: "node-1", PoolID: "p1", PoolName: "pool", Region: "sgp1",
		Size: godo.Size{Slug: "g-16vcpu-64gb", Vcpus: 16, Memory: 65536, Disk: 200}, PrivateIP: "10.10.0.1",
	}}))
	config := &rest.Config{
		Host: endpoint.URL, BearerToken: "token", TLSClientConfig: rest.TLSClientConfig{CAData: endpoint.CertificateAuthority}, QPS: -1,
	}
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	return &world{t, config, client, loads}
}

// autoscaled makes a Deployment of pods that ask for one core, and its autoscaler
// between 2 and 10 pods: 50 % of the CPU, and 1,000 sockets a pod.
func (w *world) autoscaled(name string) {
	w.t.Helper()
	w.deploy("default", name, "example.com/app:1", nil, nil)
	low, half := int32(2), int32(50)
	sockets, now := resource.MustParse("1k"), int32(0)
	_, err := w.client.AutoscalingV2().HorizontalPodAutoscalers("default").Create(w.t.Context(), &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			MinReplicas: &low, MaxReplicas: 10,
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name},
			Metrics: []autoscalingv2.MetricSpec{
				{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{
					Name: "cpu", Target: autoscalingv2.MetricTarget{Type: "Utilization", AverageUtilization: &half},
				}},
				{Type: "Pods", Pods: &autoscalingv2.PodsMetricSource{
					Metric: autoscalingv2.MetricIdentifier{Name: "sockets"},
					Target: autoscalingv2.MetricTarget{Type: "AverageValue", AverageValue: &sockets},
				}},
			},
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
				ScaleDown: &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: &now},
			},
		},
	}, metav1.CreateOptions{})
	require.NoError(w.t, err)
}

func (w *world) pods(name string, want int32) {
	w.t.Helper()
	w.eventually(name+" has its pods", func() bool {
		d, err := w.client.AppsV1().Deployments("default").Get(w.t.Context(), name, metav1.GetOptions{})
		require.NoError(w.t, err)
		return d.Status.ReadyReplicas == want && *d.Spec.Replicas == want
	})
}

func (w *world) eventually(what string, condition func() bool) {
	w.t.Helper()
	require.Eventually(w.t, condition, time.Minute, 500*time.Millisecond, what)
}

// The real autoscaler follows the load of either kind, and comes back.
func TestAutoscalersFollow(t *testing.T) {
	w := newWorld(t)
	authority := w.daemon("metrics-server", "registry.k8s.io/metrics-server/metrics-server:v0.8.0", nil)
	w.register("v1beta1.metrics.k8s.io", "metrics-server", authority)
	authority = w.daemon("prometheus-adapter", "registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0",
		map[string]string{"config.yaml": "rules: [{seriesQuery: sockets, name: {as: sockets}}]"})
	w.register("v1beta1.custom.metrics.k8s.io", "prometheus-adapter", authority)
	w.autoscaled("app")
	w.pods("app", 2)

	require.NoError(t, w.loads.Set([]metrics.Load{
		{Namespace: "default", App: "app", CPU: "1", Metrics: map[string]float64{"sockets": 4900}},
	}))
	w.pods("app", 5) // 4,900 sockets at 1,000; CPU alone would need 2
	require.NoError(t, w.loads.Set([]metrics.Load{
		{Namespace: "default", App: "app", CPU: "3500m", Metrics: map[string]float64{"sockets": 4900}},
	}))
	w.pods("app", 7) // 3.5 cores at half a core
	require.NoError(t, w.loads.Set([]metrics.Load{
		{Namespace: "default", App: "app", CPU: "100", Metrics: map[string]float64{"sockets": 0}},
		{Cluster: "another", Namespace: "default", App: "app", CPU: "0"},
	}))
	w.pods("app", 10)
	require.NoError(t, w.loads.Set([]metrics.Load{
		{Cluster: "test", Namespace: "default", App: "app", CPU: "0", Metrics: map[string]float64{"sockets": 0}},
	}))
	w.pods("app", 2)
}

// An APIService works only where the daemon's pod would.
func TestAvailability(t *testing.T) {
	w := newWorld(t)
	ask := func() string {
		says, err := w.client.Discovery().RESTClient().Get().AbsPath("/apis/metrics.k8s.io/v1beta1/pods").Do(t.Context()).Raw()
		if err != nil {
			return err.Error() + ": " + string(says)
		}
		return ""
	}
	authority := w.daemon("metrics-server", "registry.k8s.io/metrics-server/metrics-server:v0.8.0", nil)
	other, _ := certificate(t, "other.default.svc")

	w.register("v1beta1.metrics.k8s.io", "metrics-server", other)
	w.eventually("a certificate of another authority is refused", func() bool {
		return strings.Contains(ask(), "certificate signed by unknown authority")
	})
	w.register("v1beta1.metrics.k8s.io", "metrics-server", authority)
	w.eventually("the right one is accepted", func() bool { return ask() == "" })
	require.NoError(t, w.client.AppsV1().Deployments("default").Delete(t.Context(), "metrics-server", metav1.DeleteOptions{}))
	w.eventually("without a pod nothing answers", func() bool { return ask() != "" })
	w.deploy("default", "metrics-server", "example.com/something-else:1", nil, nil)
	w.eventually("another program runs", func() bool {
		d, err := w.client.AppsV1().Deployments("default").Get(t.Context(), "metrics-server", metav1.GetOptions{})
		return err == nil && d.Status.ReadyReplicas == 2
	})
	require.NotEmpty(t, ask(), "and answers nothing")
}
