package kube_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/gomeet/infra/sandbox/kube"
)

// childDir and childSpec, when set, make the test binary run a Manager instead of
// the tests, so that a test can kill it as a whole.
const childDir, childSpec = "KUBE_TEST_CHILD_DIR", "KUBE_TEST_CHILD_SPEC"

func TestMain(m *testing.M) {
	if os.Getenv(childDir) != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child brings a cluster up, prints its URL and waits to be killed.
func child() error {
	var spec kube.Spec
	if err := json.Unmarshal([]byte(os.Getenv(childSpec)), &spec); err != nil {
		return err
	}
	m, err := kube.New(kube.Config{Dir: os.Getenv(childDir), BinDir: tools()})
	if err != nil {
		return err
	}
	endpoint, err := m.Up(context.Background(), spec)
	if err != nil {
		return err
	}
	fmt.Println(endpoint.URL)
	select {}
}

func tools() string {
	if dir := os.Getenv("GOMEET_TOOLS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "tools", "bin")
}

func needTools(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(tools(), "kube-apiserver")); err != nil {
		t.Skipf("no control plane programs in %q: build them with `make tools` or set GOMEET_TOOLS", tools())
	}
}

func newManager(t *testing.T, dir string) *kube.Manager {
	t.Helper()
	m, err := kube.New(kube.Config{
		Dir:          dir,
		BinDir:       tools(),
		Log:          slog.New(slog.NewTextHandler(t.Output(), nil)),
		DrainTimeout: 20 * time.Second,
		Unneeded:     time.Millisecond,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m
}

func connect(t *testing.T, e kube.Endpoint, token string) kubernetes.Interface {
	t.Helper()
	client, err := kubernetes.NewForConfig(&rest.Config{
		Host:            e.URL,
		BearerToken:     token,
		TLSClientConfig: rest.TLSClientConfig{CAData: e.CertificateAuthority},
		QPS:             -1,
	})
	require.NoError(t, err)
	return client
}

var small = godo.Size{Slug: "s-4vcpu-8gb", Vcpus: 4, Memory: 8192, Disk: 160, PriceHourly: 0.07143}

func pool(name string, from, count int) []kube.Node {
	var nodes []kube.Node
	for i := from; i < from+count; i++ {
		nodes = append(nodes, kube.Node{
			ID:        uuid.NewSHA1(uuid.NameSpaceURL, []byte(name+strconv.Itoa(i))).String(),
			Name:      fmt.Sprintf("%s-%03d", name, i),
			DropletID: 1000 + i,
			PoolID:    uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)).String(),
			PoolName:  name,
			Region:    "sgp1",
			Size:      small,
			PrivateIP: fmt.Sprintf("10.10.%d.%d", len(name), i+1),
			PublicIP:  fmt.Sprintf("203.0.113.%d", i+1),
			Labels:    map[string]string{"workload": name},
			Taints:    []godo.Taint{{Key: "workload", Value: name, Effect: "NoSchedule"}},
		})
	}
	return nodes
}

// deploy makes a Deployment whose pods belong on one pool and take 1500m each, so
// that two fit on a node.
func deploy(t *testing.T, client kubernetes.Interface, pool string, replicas int32) {
	t.Helper()
	labels := map[string]string{"app": pool}
	_, err := client.AppsV1().Deployments("default").Create(t.Context(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: pool},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					NodeSelector: map[string]string{"workload": pool},
					Tolerations:  []corev1.Toleration{{Key: "workload", Value: pool, Effect: "NoSchedule"}},
					Containers: []corev1.Container{{
						Name:      "app",
						Image:     "example.com/app:1",
						Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("1500m")}},
					}},
				},
			},
		},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
}

func scale(t *testing.T, client kubernetes.Interface, name string, replicas int32) {
	t.Helper()
	patch := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas)
	_, err := client.AppsV1().Deployments("default").Patch(t.Context(), name, "application/merge-patch+json", patch, metav1.PatchOptions{})
	require.NoError(t, err)
}

// pods returns the nodes of the running and ready pods of an app, and how many of
// its pods are not.
func pods(t *testing.T, client kubernetes.Interface, app string) (on []string, waiting int) {
	t.Helper()
	list, err := client.CoreV1().Pods("default").List(t.Context(), metav1.ListOptions{LabelSelector: "app=" + app})
	require.NoError(t, err)
	for _, pod := range list.Items {
		if pod.Status.Phase == corev1.PodRunning && pod.DeletionTimestamp == nil {
			on = append(on, pod.Spec.NodeName)
		} else {
			waiting++
		}
	}
	return on, waiting
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, time.Minute, 50*time.Millisecond, what)
}

func allReady(t *testing.T, m *kube.Manager, id string, want int) {
	t.Helper()
	eventually(t, "nodes ready", func() bool {
		ready, err := m.Ready(t.Context(), id)
		require.NoError(t, err)
		return len(ready) == want
	})
}

// processesNaming returns the processes whose command line names a file in dir.
func processesNaming(t *testing.T, dir string) []int {
	t.Helper()
	out, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	require.NoError(t, err)
	var found []int
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, dir+"/") {
			pid, err := strconv.Atoi(strings.Fields(line)[0])
			require.NoError(t, err)
			found = append(found, pid)
		}
	}
	return found
}
