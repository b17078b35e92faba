package kube

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/gomeet/infra/sandbox/kube/internal/autoscale"
	"github.com/gomeet/infra/sandbox/kube/internal/daemon"
	"github.com/gomeet/infra/sandbox/kube/internal/tunnel"
)

// How long a program may take to end before it is killed. The API server waits
// for requests under way; nothing is lost when it is killed.
const (
	graceAPIServer = 2 * time.Second
	graceOthers    = 5 * time.Second
)

// cluster is one control plane.
type cluster struct {
	manager *Manager
	id      string
	layout  layout
	log     *slog.Logger
	scaler  *autoscale.Autoscaler

	// nodes is held while the nodes are being changed: one SetNodes at a time.
	nodes sync.Mutex

	// mu guards what follows; it is held during start and stop.
	mu       sync.Mutex
	up       *running
	stopping chan struct{} // closed when stop begins; nil when not up
	// endAddons ends Config.Addons and waits for it.
	endAddons func()
}

// running is what exists only while the control plane runs.
type running struct {
	spec     Spec
	own      string // token of the cluster's own programs
	plan     plan
	endpoint Endpoint
	client   kubernetes.Interface
	etcd     *daemon.Daemon
	server   *daemon.Daemon
	others   []*daemon.Daemon
	tunnel   *tunnel.Tunnel // nil where there is no Network
}

func newCluster(m *Manager, id string) *cluster {
	return &cluster{
		manager: m,
		id:      id,
		layout:  layout(filepath.Join(m.cfg.Dir, id)),
		log:     m.cfg.Log.With("cluster", id),
		scaler: autoscale.New(autoscale.Options{
			PoolLabel:         labelPoolID,
			LeavingAnnotation: annotationLeaving,
			Unneeded:          m.cfg.Unneeded,
			Utilization:       utilization,
		}),
	}
}

// stop ends the programs, those that write first, the store last, and returns
// when they are gone.
func (c *cluster) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopLocked()
}

func (c *cluster) stopLocked() {
	if c.up == nil {
		return
	}
	close(c.stopping)
	c.endAddons()
	c.up.stop()
	c.up = nil
	c.log.Info("control plane stopped")
}

// startAddons runs Config.Addons, if there are any.
func (c *cluster) startAddons(client kubernetes.Interface) {
	c.endAddons = func() {}
	if c.manager.cfg.Addons == nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.manager.cfg.Addons(ctx, c.id, client)
	}()
	c.endAddons = func() {
		cancel()
		<-done
	}
}

func (r *running) stop() {
	var wg sync.WaitGroup
	for _, d := range r.others {
		wg.Go(func() { d.Stop(graceOthers) })
	}
	wg.Wait()
	if r.server != nil {
		r.server.Stop(graceAPIServer)
	}
	if r.etcd != nil {
		r.etcd.Stop(graceOthers)
	}
	if r.tunnel != nil {
		r.tunnel.Close()
	}
}

// use returns a client of the running control plane, and a context that ends when
// the control plane is stopped. The caller must call the cancel function.
func (c *cluster) use(ctx context.Context) (kubernetes.Interface, context.Context, context.CancelFunc, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.up == nil {
		return nil, nil, nil, fmt.Errorf("cluster %q: %w; call Up first", c.id, ErrNotUp)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stopping := c.stopping
	go func() {
		select {
		case <-stopping:
			cancel(fmt.Errorf("cluster %q is being stopped: %w", c.id, ErrNotUp))
		case <-ctx.Done():
		}
	}()
	return c.up.client, ctx, func() { cancel(nil) }, nil
}

// newClient returns a client without a rate limit of its own: the server is on
// this machine, and one limited to client-go's 5 requests a second would need a
// minute for 55 nodes.
func newClient(endpoint Endpoint, token string) (kubernetes.Interface, error) {
	client, err := kubernetes.NewForConfig(&rest.Config{
		Host:            endpoint.URL,
		BearerToken:     token,
		TLSClientConfig: rest.TLSClientConfig{CAData: endpoint.CertificateAuthority},
		UserAgent:       "digitalocean-sandbox",
		QPS:             -1,
	})
	if err != nil {
		return nil, fmt.Errorf("making a Kubernetes client: %w", err)
	}
	return client, nil
}
