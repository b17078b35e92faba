package kube

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/cert"

	"github.com/gomeet/infra/sandbox/kube/internal/tunnel"
)

// Network answers in the place of pods when a cluster's API server calls a Service, such
// as the one behind an APIService. An error means that nothing listens there.
type Network func(ctx context.Context, cluster Access, address string) (net.Conn, error)

// Access is what a Network gets of a cluster.
type Access struct {
	// Spec says which cluster it is.
	Spec Spec
	// Client may do everything.
	Client kubernetes.Interface
	// Log receives what happens.
	Log *slog.Logger
}

// egressConfig is the file that sends the API server's calls into the cluster through
// the tunnel.
const egressConfig = "egress.yaml"

// openTunnel starts the way into the cluster, if there is anything to reach.
func (c *cluster) openTunnel(r *running) error {
	network := c.manager.cfg.Network
	if network == nil {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.layout.pki(serverCert), c.layout.pki(serverKey))
	if err != nil {
		return fmt.Errorf("loading the certificate of the tunnel: %w", err)
	}
	pool, err := cert.NewPool(c.layout.pki(caCert))
	if err != nil {
		return fmt.Errorf("loading the authority of the tunnel: %w", err)
	}
	r.tunnel, err = tunnel.Start(&tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS13,
	}, func(ctx context.Context, address string) (net.Conn, error) {
		return network(ctx, Access{Spec: r.spec, Client: r.client, Log: c.log}, address)
	}, c.log)
	if err != nil {
		return fmt.Errorf("opening the tunnel into the cluster: %w", err)
	}
	r.plan.tunnel = r.tunnel.Port()
	return writeFile(c.layout.path(egressConfig), []byte(c.layout.egress(r.plan.tunnel)))
}

// egress renders the API server's EgressSelectorConfiguration
// (https://kubernetes.io/docs/reference/config-api/apiserver-config.v1beta1/). JSON is
// YAML, so quoting with %q is safe for any path.
func (l layout) egress(port int) string {
	return strings.TrimSpace(fmt.Sprintf(`
apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection:
    proxyProtocol: HTTPConnect
    transport:
      tcp:
        url: "https://127.0.0.1:%d"
        tlsConfig: {caBundle: %q, clientCert: %q, clientKey: %q}
`, port, l.pki(caCert), l.pki(serverCert), l.pki(serverKey))) + "\n"
}
