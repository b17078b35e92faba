// Package tunnel is the proxy through which an API server reaches what is inside of its
// cluster: the part of DOKS's control plane that is konnectivity there. It speaks HTTP
// CONNECT over mutual TLS, which Kubernetes' egress selector does as well
// (https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/).
package tunnel

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Dial connects to an address such as "10.65.64.9:443" of the cluster's network.
type Dial func(ctx context.Context, address string) (net.Conn, error)

// Tunnel is a running proxy.
type Tunnel struct {
	dial   Dial
	log    *slog.Logger
	server *http.Server
	ctx    context.Context
	end    context.CancelFunc
	serve  sync.WaitGroup
	port   int
}

// headerTimeout bounds how long a client may take to say where it wants to go.
const headerTimeout = 10 * time.Second

// Start listens on a free port of 127.0.0.1 and serves until Close. The configuration
// must demand client certificates: whoever gets in may reach every Service.
func Start(config *tls.Config, dial Dial, log *slog.Logger) (*Tunnel, error) {
	if config.ClientAuth != tls.RequireAndVerifyClientCert {
		return nil, errors.New("the tunnel's TLS configuration must demand client certificates")
	}
	config.NextProtos = []string{"http/1.1"} // a CONNECT takes the whole connection
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, err
	}
	t := &Tunnel{dial: dial, log: log, port: listener.Addr().(*net.TCPAddr).Port}
	t.ctx, t.end = context.WithCancel(context.Background())
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: headerTimeout, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	t.serve.Go(func() {
		if err := t.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the tunnel into a cluster ended", "error", err)
		}
	})
	return t, nil
}

// Port is where the tunnel listens on 127.0.0.1.
func (t *Tunnel) Port() int { return t.port }

// Close ends the tunnel. What is under way in it ends as well, soon after.
func (t *Tunnel) Close() {
	t.end()
	_ = t.server.Close()
	t.serve.Wait()
}

// ServeHTTP answers a CONNECT.
func (t *Tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this is a tunnel, want CONNECT", http.StatusMethodNotAllowed)
		return
	}
	inside, err := t.dial(t.ctx, r.RequestURI)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer inside.Close()
	outside, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer outside.Close()
	if _, err := io.WriteString(outside, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	t.splice(outside, inside)
}

// splice copies both ways until either side, or the tunnel, ends.
func (t *Tunnel) splice(a, b net.Conn) {
	ctx, end := context.WithCancel(t.ctx)
	defer end()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		both.Go(func() {
			defer end()
			_, _ = io.Copy(way[0], way[1])
		})
	}
	<-ctx.Done()
	_, _ = a.Close(), b.Close()
	both.Wait()
}
