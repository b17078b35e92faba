package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/api"
	"github.com/gomeet/infra/sandbox/kube/kubetest"
	"github.com/gomeet/infra/sandbox/store"
)

// token is what the tests authenticate with; it must appear in no log.
const token = "secret-api-token"

// sandbox is a running API with a godo client in front of it.
type sandbox struct {
	t      *testing.T
	path   string
	cfg    api.Config
	planes *kubetest.Fake
	store  *store.Store
	server *api.Server
	http   *httptest.Server
	client *godo.Client
}

// start starts a sandbox; change may change its configuration.
func start(t *testing.T, change ...func(*api.Config)) *sandbox {
	t.Helper()
	s := &sandbox{t: t, path: filepath.Join(t.TempDir(), "state.db"), planes: &kubetest.Fake{}}
	s.cfg = api.Config{Planes: s.planes, Poll: 5 * time.Millisecond, AutoscaleEvery: 10 * time.Millisecond}
	for _, f := range change {
		f(&s.cfg)
	}
	s.open()
	t.Cleanup(s.close)
	return s
}

func (s *sandbox) open() {
	s.t.Helper()
	var err error
	s.store, err = store.Open(s.path)
	require.NoError(s.t, err)
	s.cfg.Store = s.store
	s.server, err = api.New(s.cfg)
	require.NoError(s.t, err)
	require.NoError(s.t, s.server.Start())
	s.http = httptest.NewServer(s.server)
	// godo's default client retries; here a failure has to be seen.
	s.client = godo.NewClient(&http.Client{Transport: bearer{}})
	s.client.BaseURL, err = url.Parse(s.http.URL + "/")
	require.NoError(s.t, err)
}

// bearer authenticates every request.
type bearer struct{}

func (bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	return http.DefaultTransport.RoundTrip(r)
}

func (s *sandbox) close() {
	s.http.Close()
	require.NoError(s.t, s.server.Close())
	require.NoError(s.t, s.store.Close())
	require.NoError(s.t, s.planes.Close())
}

// restart closes the sandbox and opens another one on the same file.
func (s *sandbox) restart() {
	s.t.Helper()
	s.close()
	s.open()
}

// eventually waits for something asynchronous.
func (s *sandbox) eventually(what string, f func() bool) {
	s.t.Helper()
	require.Eventually(s.t, f, 20*time.Second, 5*time.Millisecond, what)
}

// raw sends a request without godo and returns the answer's status, header and body.
func (s *sandbox) raw(method, path, body string, header ...string) (int, http.Header, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.http.URL+path, bytes.NewBufferString(body))
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return resp.StatusCode, resp.Header, string(data)
}

// sandboxPut sets one of the sandbox's own knobs.
func (s *sandbox) sandboxPut(path string, value any) {
	s.t.Helper()
	data, err := json.Marshal(value)
	require.NoError(s.t, err)
	status, _, body := s.raw(http.MethodPut, path, string(data))
	require.Equal(s.t, http.StatusNoContent, status, body)
}

func (s *sandbox) inventory() api.Inventory {
	s.t.Helper()
	inventory, err := s.server.Inventory()
	require.NoError(s.t, err)
	return inventory
}

// requireStatus checks that err is the API's error with this status and message.
func requireStatus(t *testing.T, err error, status int, message string) {
	t.Helper()
	var answer *godo.ErrorResponse
	require.True(t, errors.As(err, &answer), "want an error answer, have %v", err)
	require.Equal(t, status, answer.Response.StatusCode, answer.Message)
	require.Contains(t, answer.Message, message)
	require.NotEmpty(t, answer.RequestID)
}

var ctx = context.Background()

func (s *sandbox) vpc(name, ipRange string) *godo.VPC {
	s.t.Helper()
	v, _, err := s.client.VPCs.Create(ctx, &godo.VPCCreateRequest{Name: name, RegionSlug: "sgp1", IPRange: ipRange})
	require.NoError(s.t, err)
	return v
}

// clusterRequest is a valid request for a cluster with one pool of two nodes.
func clusterRequest(name string) *godo.KubernetesClusterCreateRequest {
	return &godo.KubernetesClusterCreateRequest{
		Name: name, RegionSlug: "sgp1", VersionSlug: "1.35.4-do.0", Tags: []string{"own"},
		NodePools: []*godo.KubernetesNodePoolCreateRequest{{
			Name: "system", Size: "s-4vcpu-8gb", Count: 2, Tags: []string{"terraform:default-node-pool"},
			Labels: map[string]string{"role": "system"},
			Taints: []godo.Taint{{Key: "only", Value: "system", Effect: "NoSchedule"}},
		}},
	}
}

func (s *sandbox) cluster(req *godo.KubernetesClusterCreateRequest) *godo.KubernetesCluster {
	s.t.Helper()
	k, _, err := s.client.Kubernetes.Create(ctx, req)
	require.NoError(s.t, err)
	return s.running(k.ID)
}

// running waits until the cluster and all its nodes are running, and there are as
// many as the pools want.
func (s *sandbox) running(id string) *godo.KubernetesCluster {
	s.t.Helper()
	var k *godo.KubernetesCluster
	s.eventually("the cluster is running", func() bool {
		var err error
		k, _, err = s.client.Kubernetes.Get(ctx, id)
		require.NoError(s.t, err)
		return k.Status.State == godo.KubernetesClusterStatusRunning && settled(k)
	})
	return k
}

func settled(k *godo.KubernetesCluster) bool {
	for _, p := range k.NodePools {
		if len(p.Nodes) != p.Count {
			return false
		}
		for _, n := range p.Nodes {
			if n.Status.State != "running" {
				return false
			}
		}
	}
	return true
}
