//go:build live

package postgres_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/live/process"
)

const (
	adminToken   = "admin-token-of-a-live-test"
	patroniToken = "patroni-token-of-a-live-test"
	namespace    = "data"
)

// kubernetes is a real API server with its etcd, and nothing else: what Patroni keeps
// its state in.
type kubernetes struct {
	t      testing.TB
	port   int
	cert   process.Certificate
	client http.Client
	// Config is a kubeconfig of an account that may do what Patroni's Role allows.
	Config string
}

func newKubernetes(t testing.TB, dir string) *kubernetes {
	t.Helper()
	k := &kubernetes{t: t, port: process.FreePort(t, 0, "127.0.0.1"), Config: filepath.Join(dir, "kubeconfig")}
	pki := filepath.Join(dir, "kubernetes")
	require.NoError(t, os.Mkdir(pki, 0o700))
	k.cert = process.NewCertificate(t, pki, "127.0.0.1", "localhost")
	k.client = http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: k.cert.Pool}}}
	account := filepath.Join(pki, "account.key")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	require.NoError(t, os.WriteFile(account, pem.EncodeToMemory(block), 0o600))
	tokens := filepath.Join(pki, "tokens.csv")
	require.NoError(t, os.WriteFile(tokens, []byte(adminToken+",admin,admin,system:masters\n"+patroniToken+",patroni,patroni\n"), 0o600))

	etcd := process.FreePort(t, 0, "127.0.0.1")
	process.Start(t, "etcd", process.Options{Dir: pki}, live.Tool(t, "etcd"), "--data-dir="+filepath.Join(pki, "etcd"),
		fmt.Sprintf("--listen-client-urls=http://127.0.0.1:%d", etcd), fmt.Sprintf("--advertise-client-urls=http://127.0.0.1:%d", etcd),
		"--listen-peer-urls=http://127.0.0.1:0", "--unsafe-no-fsync", "--log-level=warn")
	process.Start(t, "kube-apiserver", process.Options{Dir: pki}, live.Tool(t, "kube-apiserver"),
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", k.port), "--advertise-address=192.0.2.1",
		"--tls-cert-file="+k.cert.Cert, "--tls-private-key-file="+k.cert.Key,
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", etcd), "--token-auth-file="+tokens, "--authorization-mode=RBAC",
		"--service-cluster-ip-range=10.96.0.0/16", "--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+account, "--service-account-signing-key-file="+account,
		// There is no controller that makes accounts for pods.
		"--disable-admission-plugins=ServiceAccount")
	require.Eventually(t, func() bool {
		_, err := k.do(http.MethodGet, "/readyz", nil, nil)
		return err == nil
	}, 2*time.Minute, 200*time.Millisecond, "the API server does not become ready")
	k.writeConfig()
	return k
}

// writeConfig writes the kubeconfig with the context that Patroni takes outside of a pod.
func (k *kubernetes) writeConfig() {
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"kind-kind",
"clusters":[{"name":"live","cluster":{"server":"https://127.0.0.1:%d","certificate-authority":%q}}],
"users":[{"name":"patroni","user":{"token":%q}}],
"contexts":[{"name":"kind-kind","context":{"cluster":"live","user":"patroni"}}]}`, k.port, filepath.Join(filepath.Dir(k.Config), "kubernetes-ca.crt"), patroniToken)
	require.NoError(k.t, os.WriteFile(k.Config, []byte(text), 0o644))
	ca, err := os.ReadFile(k.cert.CA)
	require.NoError(k.t, err)
	require.NoError(k.t, os.WriteFile(filepath.Join(filepath.Dir(k.Config), "kubernetes-ca.crt"), ca, 0o644))
}

// do asks the API server as administrator; into may be nil.
func (k *kubernetes) do(method, path string, body, into any) (int, error) {
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			return 0, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, fmt.Sprintf("https://127.0.0.1:%d%s", k.port, path), &b)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+adminToken)
	r.Header.Set("Content-Type", "application/json")
	resp, err := k.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	if into != nil {
		return resp.StatusCode, json.Unmarshal(text, into)
	}
	return resp.StatusCode, nil
}

func (k *kubernetes) create(path string, object any) {
	k.t.Helper()
	_, err := k.do(http.MethodPost, path, object, nil)
	require.NoError(k.t, err)
}
