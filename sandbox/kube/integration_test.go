package kube_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gomeet/infra/sandbox/kube"
)

func TestControlPlane(t *testing.T) {
	needTools(t)
	dir := t.TempDir()
	spec := kube.Spec{ID: uuid.NewString(), Name: "test", Region: "sgp1", Token: "test-token-of-the-administrator"}

	// A first sandbox, which is killed together with nothing else: the kernel or
	// the next Manager must end what it started.
	raw, err := json.Marshal(spec)
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childSpec+"="+string(raw))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	url := strings.TrimSpace(line)

	// While it lives nobody else may use its directory.
	_, err = kube.New(kube.Config{Dir: dir, BinDir: tools()})
	require.ErrorContains(t, err, "another sandbox")

	// It leaves an object behind.
	ca, err := os.ReadFile(filepath.Join(dir, spec.ID, "pki", "ca.crt"))
	require.NoError(t, err)
	before := connect(t, kube.Endpoint{URL: url, CertificateAuthority: ca}, spec.Token)
	_, err = before.CoreV1().ConfigMaps("default").Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "kept"}, Data: map[string]string{"written": "before the crash"},
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	require.Len(t, processesNaming(t, dir), 5)
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	_ = cmd.Wait()

	m := newManager(t, dir)
	endpoint, err := m.Up(t.Context(), spec)
	require.NoError(t, err)
	require.Equal(t, url, endpoint.URL)
	require.Len(t, processesNaming(t, dir), 5)
	client := connect(t, endpoint, spec.Token)
	kept, err := client.CoreV1().ConfigMaps("default").Get(t.Context(), "kept", metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, "before the crash", kept.Data["written"])

	// Up again finds it running.
	again, err := m.Up(t.Context(), spec)
	require.NoError(t, err)
	require.Equal(t, endpoint, again)

	// Ten nodes in two pools; pods run on the right one.
	nodes := append(pool("sfu", 0, 6), pool("app", 0, 4)...)
	require.NoError(t, m.SetNodes(t.Context(), spec.ID, nodes))
	allReady(t, m, spec.ID, 10)
	deploy(t, client, "app", 8)
	eventually(t, "8 pods run", func() bool { on, waiting := pods(t, client, "app"); return len(on) == 8 && waiting == 0 })
	on, _ := pods(t, client, "app")
	for _, node := range on {
		require.Contains(t, node, "app-")
	}

	// All five programs are killed; they come back by themselves, and so do pods.
	for _, pid := range processesNaming(t, dir) {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	eventually(t, "5 programs again", func() bool { return len(processesNaming(t, dir)) == 5 })
	eventually(t, "the API server answers", func() bool {
		return client.CoreV1().Pods("default").DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{}) == nil
	})
	eventually(t, "8 pods run", func() bool { on, waiting := pods(t, client, "app"); return len(on) == 8 && waiting == 0 })
	allReady(t, m, spec.ID, 10)

	// More pods than room: the autoscaler wants two more nodes, and they do it.
	scale(t, client, "app", 12)
	eventually(t, "4 pods have no place", func() bool { _, waiting := pods(t, client, "app"); return waiting == 4 })
	limits := kube.Pool{Template: pool("app", 0, 1)[0], Count: 4, Min: 2, Max: 8}
	eventually(t, "advice to grow", func() bool {
		advice, err := m.Advise(t.Context(), spec.ID, []kube.Pool{limits})
		require.NoError(t, err)
		return len(advice) == 1 && advice[0].Count == 6 && len(advice[0].Remove) == 0
	})
	limits.Count = 6
	nodes = append(pool("sfu", 0, 6), pool("app", 0, 6)...)
	require.NoError(t, m.SetNodes(t.Context(), spec.ID, nodes))
	eventually(t, "12 pods run", func() bool { on, waiting := pods(t, client, "app"); return len(on) == 12 && waiting == 0 })

	// Fewer pods: it wants fewer nodes, down to the minimum and by ID.
	scale(t, client, "app", 1)
	var advice []kube.Advice
	eventually(t, "advice to shrink to the minimum", func() bool {
		advice, err = m.Advise(t.Context(), spec.ID, []kube.Pool{limits})
		require.NoError(t, err)
		return len(advice) == 1 && advice[0].Count == 2
	})
	require.Len(t, advice[0].Remove, 4)
	for _, id := range advice[0].Remove {
		require.True(t, slices.ContainsFunc(nodes, func(n kube.Node) bool { return n.ID == id && n.PoolName == "app" }))
	}

	// Surplus nodes are drained: their pods move, the nodes go.
	scale(t, client, "app", 4)
	eventually(t, "4 pods run", func() bool { on, waiting := pods(t, client, "app"); return len(on) == 4 && waiting == 0 })
	nodes = append(pool("sfu", 0, 1), pool("app", 4, 2)...)
	require.NoError(t, m.SetNodes(t.Context(), spec.ID, nodes))
	eventually(t, "the pods moved", func() bool {
		on, waiting := pods(t, client, "app")
		return len(on) == 4 && waiting == 0 && !slices.Contains(on, "app-000")
	})
	list, err := client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)

	// A new token replaces the old one.
	spec.Token = "another-token"
	_, err = m.Up(t.Context(), spec)
	require.NoError(t, err)
	_, err = connect(t, endpoint, spec.Token).CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	_, err = client.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	require.ErrorContains(t, err, "Unauthorized")

	require.NoError(t, m.Down(t.Context(), spec.ID))
	require.Empty(t, processesNaming(t, dir))
	_, err = os.Stat(filepath.Join(dir, spec.ID))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = m.Ready(t.Context(), spec.ID)
	require.ErrorIs(t, err, kube.ErrNotUp)
}

func TestClustersComeUpTogether(t *testing.T) {
	needTools(t)
	dir := t.TempDir()
	m := newManager(t, dir)
	endpoints := make([]kube.Endpoint, 2)
	var g errgroup.Group
	for i := range endpoints {
		g.Go(func() (err error) {
			endpoints[i], err = m.Up(t.Context(), kube.Spec{ID: fmt.Sprint("cluster-", i), Token: "token"})
			return err
		})
	}
	require.NoError(t, g.Wait())
	require.NotEqual(t, endpoints[0].URL, endpoints[1].URL)
	require.NotEqual(t, endpoints[0].CertificateAuthority, endpoints[1].CertificateAuthority)
	require.Len(t, processesNaming(t, dir), 10)
	require.NoError(t, m.Close())
	require.Empty(t, processesNaming(t, dir))
	require.DirExists(t, filepath.Join(dir, "cluster-1", "etcd"), "Close keeps the data")
}
