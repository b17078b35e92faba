//go:build live

package live_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/manifests"
)

const (
	apiHost       = "api.gomeet.example"
	webSocketHost = "ws.gomeet.example"
	liveKitHost   = "rtc.gomeet.example"
)

// edge is a Traefik and what is needed to talk to it as the load balancer does.
type edge struct {
	*live.Process
	manifests.Traefik
	trust *x509.CertPool
}

// edgeConfig is what production gets, with only addresses, ports and paths of this
// machine, and a backend of the test behind each route.
func edgeConfig(t *testing.T) manifests.Traefik {
	t.Helper()
	routes := manifests.ClusterRoutes(manifests.EdgeHosts{
		API: []string{apiHost}, WebSocket: []string{webSocketHost}, LiveKit: []string{liveKitHost},
	}, "gomeet", "media")
	for i := range routes {
		routes[i].Backend = backend(t, routes[i].Name)
	}
	e := manifests.NewTraefik([]string{"127.0.0.0/8"}, 500, routes)
	ports := live.Ports(t, 5)
	e.Listen = live.Loopback
	e.Ports = manifests.TraefikPorts{Web: ports[0], WebSecure: ports[1], WebSocket: ports[2], Metrics: ports[3], Ping: ports[4]}
	e.DynamicDir = t.TempDir()
	e.CertificateDir = live.Certificate(t, apiHost, webSocketHost, liveKitHost)
	return e
}

func startEdge(t *testing.T, config manifests.Traefik) *edge {
	t.Helper()
	static, err := config.RenderStatic()
	require.NoError(t, err)
	mountConfigMap(t, config, 1)
	e := &edge{Process: startTraefik(t, static), Traefik: config, trust: x509.NewCertPool()}
	certificate, err := os.ReadFile(filepath.Join(config.CertificateDir, "tls.crt"))
	require.NoError(t, err)
	require.True(t, e.trust.AppendCertsFromPEM(certificate))
	// Pings are answered a moment before the certificate and the routes are there.
	ready := newRequest(t, apiHost, "/v1/turn")
	e.Until("serving its routes", func() error {
		conn, err := e.dial(config.Ports.WebSecure, client)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := ready.Write(conn); err != nil {
			return err
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), ready)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s for %s", response.Status, ready.URL)
		}
		return nil
	})
	return e
}

func startTraefik(t *testing.T, static string) *live.Process {
	t.Helper()
	file := filepath.Join(t.TempDir(), manifests.TraefikStaticFile)
	live.Write(t, file, static)
	return live.Start(t, nil, live.Tool(t, "traefik"), "--configFile="+file)
}

// mountConfigMap lays the dynamic configuration as a kubelet does: the file is a link
// through "..data" into a directory of this revision, and a new revision replaces
// "..data" and deletes the old directory.
func mountConfigMap(t *testing.T, config manifests.Traefik, revision int) {
	t.Helper()
	dynamic, err := config.RenderDynamic()
	require.NoError(t, err)
	in := func(name string) string { return filepath.Join(config.DynamicDir, name) }
	directory := fmt.Sprintf("..revision_%d", revision)
	require.NoError(t, os.Mkdir(in(directory), 0o755))
	live.Write(t, filepath.Join(in(directory), manifests.TraefikDynamicFile), dynamic)
	old, _ := os.Readlink(in("..data"))
	require.NoError(t, os.Symlink(directory, in("..data_tmp")))
	require.NoError(t, os.Rename(in("..data_tmp"), in("..data")))
	if old == "" {
		require.NoError(t, os.Symlink(filepath.Join("..data", manifests.TraefikDynamicFile), in(manifests.TraefikDynamicFile)))
		return
	}
	require.NoError(t, os.RemoveAll(in(old)))
}

// dial connects as the load balancer does for a client: PROXY protocol, then TLS.
func (e *edge) dial(port int, client string) (net.Conn, error) {
	conn, err := net.Dial("tcp", live.Address(port))
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(conn, "PROXY TCP4 %s 10.10.0.2 40000 443\r\n", client); err != nil {
		return nil, err
	}
	secure := tls.Client(conn, &tls.Config{ServerName: apiHost, RootCAs: e.trust, MinVersion: tls.VersionTLS12})
	if err := secure.Handshake(); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}

// request sends a request of a client so many times over one connection; check sees
// every response.
func (e *edge) request(t *testing.T, port int, client string, request *http.Request, times int, check func(*http.Response)) {
	t.Helper()
	conn, err := e.dial(port, client)
	require.NoError(t, err)
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for range times {
		require.NoError(t, request.Write(conn))
		response, err := http.ReadResponse(reader, request)
		require.NoError(t, err)
		check(response)
		require.NoError(t, response.Body.Close())
	}
}

func newRequest(t *testing.T, host, target string) *http.Request {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, "https://"+host+target, nil)
	require.NoError(t, err)
	return request
}
