//go:build live

// Package minio_test runs the object store that package manifests configures: real MinIO
// servers, each in a network of its own at the port, under the names and with the
// certificate of the deployment. Only directories and addresses differ.
package minio_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

const (
	rootPassword, userPassword = "root-live-test-password", "recorder-live-test-password"
	nodes                      = 4 // the design's
)

type store struct {
	t      *testing.T
	root   string
	config manifests.MinIO
	cert   process.Certificate
	server [nodes]*process.Process
}

// newStore starts the design's store and waits until it takes writes.
func newStore(t *testing.T) *store {
	t.Helper()
	newBridge(t)
	s := &store{t: t, root: t.TempDir(), config: manifests.DefaultMinIO(nodes)}
	s.config.DataDir, s.config.CertsDir = s.path("data"), s.path("certs")
	s.cert = process.NewCertificate(t, s.root, manifests.DataNames()...)
	process.Scripts(t, s.root)
	for _, dir := range []string{"data", "certs/CAs", "authority", "home"} {
		require.NoError(t, os.MkdirAll(s.path(dir), 0o755))
	}
	// As the pods mount them (components/minio_pod.go).
	for from, to := range map[string][]string{
		s.cert.Cert: {"certs/public.crt"}, s.cert.Key: {"certs/private.key"}, s.cert.CA: {"certs/CAs/ca.crt", "authority/ca.crt"},
	} {
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		for _, name := range to {
			require.NoError(t, os.WriteFile(s.path(name), text, 0o600))
		}
	}
	hosts := "127.0.0.1 localhost\n" + gateway + " " + copyHost + "\n"
	for i := range nodes {
		hosts += fmt.Sprintf("%s %s %s\n", address(i), s.host(i), manifests.ServiceHost(manifests.MinIOService, manifests.DataNamespace))
		require.NoError(t, os.Mkdir(s.drive(i), 0o755))
	}
	require.NoError(t, os.WriteFile(s.path("hosts"), []byte(hosts), 0o644))
	began := time.Now()
	for i := range nodes {
		s.start(i)
	}
	s.waitUntilJoined(0, 1, 2, 3)
	t.Logf("MEASURED object store: %d new servers take writes after %.1f s", nodes, time.Since(began).Seconds())
	return s
}

func (s *store) path(name string) string { return filepath.Join(s.root, name) }
func (s *store) drive(i int) string      { return s.path(fmt.Sprintf("drive-%d", i)) }
func address(i int) string               { return fmt.Sprint(prefix, 10+i) }
func (s *store) host(i int) string {
	return manifests.ServiceHost(fmt.Sprintf("%s-%d", manifests.MinIOService, i), manifests.DataNamespace)
}

// environment is the pods' (components/minio_pod.go).
func environment(config manifests.MinIO) []string {
	env := []string{
		"HOME=/tmp", manifests.MinIORootPasswordEnv + "=" + rootPassword, "KUBERNETES_SERVICE_HOST=" + gateway,
		// A drive must not be the root file system's; these directories are.
		"MINIO_ROOTDRIVE_THRESHOLD_SIZE=1",
	}
	for name, value := range config.Env() {
		env = append(env, name+"="+value)
	}
	return env
}

func (s *store) start(i int) {
	s.t.Helper()
	args, err := s.config.Args()
	require.NoError(s.t, err)
	args[0] = live.Tool(s.t, args[0])
	in := []string{"--net", "--mount", "sh", "-c", machine, "machine", s.path("hosts"), s.drive(i), s.config.DataDir, address(i)}
	s.server[i] = process.Start(s.t, fmt.Sprintf("minio-%d", i), process.Options{Env: environment(s.config)}, "unshare", append(in, args...)...)
	plug(s.t, s.server[i])
}

// transport knows the names of the servers and the authority of their certificate.
func (s *store) transport() *http.Transport {
	transport, err := minio.DefaultTransport(true)
	require.NoError(s.t, err)
	transport.TLSClientConfig.RootCAs = s.cert.Pool
	dialer := net.Dialer{Timeout: time.Second}
	transport.DialContext = func(ctx context.Context, network, at string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(at)
		if err != nil {
			return nil, err
		}
		for i := range nodes {
			if host == s.host(i) {
				return dialer.DialContext(ctx, network, net.JoinHostPort(address(i), port))
			}
		}
		if host == copyHost {
			return dialer.DialContext(ctx, network, net.JoinHostPort(gateway, port))
		}
		return nil, fmt.Errorf("nobody is called %s", host)
	}
	s.t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// waitUntilJoined waits until each of the servers says that the store takes writes.
func (s *store) waitUntilJoined(servers ...int) {
	s.t.Helper()
	client := s.prober()
	for _, i := range servers {
		require.Eventually(s.t, func() bool { return s.healthy(client, i, manifests.MinIOJoinedPath) }, wait, tick, "server %d does not take writes", i)
	}
}

// waitUntilReady waits until a node would send clients to each of the servers
// (components/minio_pod.go).
func (s *store) waitUntilReady(servers ...int) {
	s.t.Helper()
	s.waitUntilJoined(servers...)
	client := s.prober()
	for n := range manifests.MinIOReadyTimes {
		if n > 0 {
			time.Sleep(manifests.MinIOReadyEvery * time.Second)
		}
		for _, i := range servers {
			require.True(s.t, s.healthy(client, i, manifests.MinIOReadyPath), "server %d has joined and is not ready", i)
		}
	}
}

// prober asks as a node does: it waits three seconds (components/workload.go).
func (s *store) prober() *http.Client {
	return &http.Client{Transport: s.transport(), Timeout: 3 * time.Second}
}

func (s *store) healthy(client *http.Client, server int, path string) bool {
	resp, err := client.Get(fmt.Sprintf("https://%s:%d%s", s.host(server), manifests.MinIOPort, path))
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// client is a program that talks to one server and tries everything once.
func (s *store) client(i int, user, password string) *minio.Client {
	return s.clientAt(s.host(i), user, password)
}

func (s *store) clientAt(host, user, password string) *minio.Client {
	s.t.Helper()
	client, err := minio.New(fmt.Sprintf("%s:%d", host, manifests.MinIOPort), &minio.Options{
		Creds: credentials.NewStaticV4(user, password, ""), Secure: true, Region: manifests.MinIORegion,
		Transport: s.transport(), MaxRetries: 1,
	})
	require.NoError(s.t, err)
	return client
}

// recorder is a recorder's client of one server.
func (s *store) recorder(i int) *minio.Client { return s.client(i, manifests.MinIOUser, userPassword) }

// script runs one of our scripts as a Job does, which knows the servers by name.
func (s *store) script(name string, env ...string) (string, error) {
	return s.run(env, s.path(name))
}

func (s *store) run(env []string, program string, args ...string) (string, error) {
	const named = `mount --bind "$1" /etc/hosts; shift; exec "$@"`
	path := "PATH=" + filepath.Dir(live.Tool(s.t, "mc")) + ":" + os.Getenv("PATH")
	return process.Run(process.Options{Env: append([]string{path, "HOME=" + s.path("home"), "SSL_CERT_DIR=" + s.path("authority")}, env...)},
		"unshare", append([]string{"--mount", "sh", "-c", named, "named", s.path("hosts"), program}, args...)...)
}

// asRoot is how mc reaches the store (components/minio_jobs.go).
func (s *store) asRoot() []string {
	host := manifests.ServiceHost(manifests.MinIOService, manifests.DataNamespace)
	return []string{
		fmt.Sprintf("MC_HOST_store=https://%s:%s@%s:%d", manifests.MinIORootUser, rootPassword, host, manifests.MinIOPort),
		"MC_CONFIG_DIR=" + s.path("home/mc"),
	}
}

// setup runs the job of that name; env overrides what the job sets.
func (s *store) setup(env ...string) string {
	s.t.Helper()
	out, err := s.script("minio-setup.sh", append(append(s.asRoot(), "BUCKET="+manifests.MinIOBucket, "RETENTION_DAYS=30",
		"STORE_USER="+manifests.MinIOUser, "STORE_PASSWORD="+userPassword), env...)...)
	require.NoError(s.t, err)
	return out
}

// read returns an object of the recordings.
func read(ctx context.Context, client *minio.Client, key string) (string, error) {
	object, err := client.GetObject(ctx, manifests.MinIOBucket, key, minio.GetObjectOptions{})
	if err != nil {
		return "", err
	}
	defer object.Close()
	text, err := io.ReadAll(object)
	return string(text), err
}

// write writes one.
func write(ctx context.Context, client *minio.Client, key, content string) error {
	_, err := client.PutObject(ctx, manifests.MinIOBucket, key, strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	return err
}
