package kube

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/gomeet/infra/sandbox/kube/internal/daemon"
)

// Up starts the control plane of a cluster, or finds it running, and returns when
// its API server is ready and the namespace "default" can take pods. Data of an
// earlier run are resumed and the URL stays the same. A Spec with another token
// than before restarts the API server, which is the only way to make it forget
// the old one. The error wraps ErrPortTaken or ErrClosed where it applies.
func (m *Manager) Up(ctx context.Context, spec Spec) (Endpoint, error) {
	sub, err := spec.subnets()
	if err == nil && spec.Token == "" {
		err = errors.New("field Token is empty, want the administrator's bearer token")
	}
	if err != nil {
		return Endpoint{}, fmt.Errorf("cluster %q: %w", spec.ID, err)
	}
	c, err := m.locked(spec.ID)
	if err != nil {
		return Endpoint{}, err
	}
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeoutCause(ctx, m.cfg.StartTimeout,
		fmt.Errorf("the control plane was not ready after %s (StartTimeout); its logs are in %q", m.cfg.StartTimeout, c.layout.path("log")))
	defer cancel()
	if c.up != nil {
		err = c.up.renew(ctx, spec, c)
	} else {
		err = c.start(ctx, spec, sub)
	}
	if err != nil {
		return Endpoint{}, fmt.Errorf("cluster %q: %w", spec.ID, err)
	}
	return c.up.endpoint, nil
}

// start brings the control plane up, or stops what it has started and returns an
// error.
func (c *cluster) start(ctx context.Context, spec Spec, sub subnets) (err error) {
	began := time.Now()
	if err := c.layout.create(); err != nil {
		return err
	}
	if _, err := daemon.Reap(c.layout.pidDir(), string(c.layout)); err != nil {
		return err
	}
	ca, err := ensurePKI(c.layout, spec.ID, sub.firstService())
	if err != nil {
		return err
	}
	chosen, err := c.manager.ports.forCluster(c.layout.ports())
	if err != nil {
		return err
	}
	r := &running{spec: spec, own: newToken()}
	r.plan = plan{layout: c.layout, binDir: c.manager.cfg.BinDir, subnets: sub, ports: chosen}
	r.endpoint = Endpoint{URL: r.plan.url(), CertificateAuthority: ca}
	if err := r.writeFiles(); err != nil {
		return err
	}
	if r.client, err = newClient(r.endpoint, r.own); err != nil {
		return err
	}
	r.plan.releaseLeases = func(ctx context.Context) error { return releaseLeases(ctx, r.client) }
	defer func() {
		if err != nil {
			r.stop()
		}
	}()
	if err := c.openTunnel(r); err != nil {
		return err
	}
	r.etcd = daemon.Start(r.plan.etcd(), c.log)
	if err := await(ctx, "etcd", listens(chosen.Etcd), r.etcd); err != nil {
		return err
	}
	r.server = daemon.Start(r.plan.apiserver(), c.log)
	if err := r.awaitServer(ctx); err != nil {
		return err
	}
	for _, s := range []daemon.Spec{r.plan.controllerManager(), r.plan.scheduler(), r.plan.kwok()} {
		r.others = append(r.others, daemon.Start(s, c.log))
	}
	if err := await(ctx, "the default service account", r.takesPods, append(r.others, r.server)...); err != nil {
		return err
	}
	if err := defineCilium(ctx, r.client); err != nil {
		return err
	}
	if err := await(ctx, "Cilium's policies", r.knowsCilium, r.server); err != nil {
		return err
	}
	c.up, c.stopping = r, make(chan struct{})
	c.startAddons(r.client)
	c.log.Info("control plane up", "url", r.endpoint.URL, "after", time.Since(began).Round(time.Millisecond))
	return nil
}

func (r *running) writeFiles() error {
	l := r.plan.layout
	if err := writeTokens(l.tokens(), r.spec.Token, r.own); err != nil {
		return err
	}
	if err := writeKubeconfig(l.kubeconfig(), r.endpoint, r.own); err != nil {
		return err
	}
	return writeFile(l.path(kwokConfig), stages)
}

// renew makes sure that a running control plane answers and knows the token.
func (r *running) renew(ctx context.Context, spec Spec, c *cluster) error {
	if spec.Token != r.spec.Token {
		if err := writeTokens(r.plan.tokens(), spec.Token, r.own); err != nil {
			return err
		}
		r.server.Stop(graceAPIServer)
		r.server = daemon.Start(r.plan.apiserver(), c.log)
		r.spec = spec
		c.log.Info("API server restarted with a new token")
	}
	return r.awaitServer(ctx)
}

func (r *running) awaitServer(ctx context.Context) error {
	ready := func(ctx context.Context) error {
		return r.client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	}
	return await(ctx, "the API server", ready, r.etcd, r.server)
}

// takesPods asks for the service account without which no pod can be created in
// the namespace "default"; the controller manager makes it.
func (r *running) takesPods(ctx context.Context) error {
	_, err := r.client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
	return err
}

// hopeless is how often in a row a program may fail before its cluster's start is
// given up.
const hopeless = 4

// await asks every 50 ms until ready returns nil. It gives up when the context
// ends or one of the programs keeps failing.
func await(ctx context.Context, what string, ready func(context.Context) error, programs ...*daemon.Daemon) error {
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		for _, d := range programs {
			if n, why := d.Failures(); n >= hopeless {
				return fmt.Errorf("%s failed %d times while starting: %w; the end of its log %q: %s", d.Name(), n, why, d.LogFile(), daemon.LastLine(d.LogFile()))
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w (last answer: %v)", what, context.Cause(ctx), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func listens(port int) func(context.Context) error {
	return func(ctx context.Context) error {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			return err
		}
		return conn.Close()
	}
}

// releaseLeases deletes the node leases; see plan.kwok for why.
func releaseLeases(ctx context.Context, client kubernetes.Interface) error {
	return client.CoordinationV1().Leases(corev1.NamespaceNodeLease).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
}

// Down stops the control plane and deletes its data. A cluster that does not
// exist is not an error.
func (m *Manager) Down(ctx context.Context, id string) error {
	c, err := m.locked(id)
	if err != nil {
		return err
	}
	defer c.mu.Unlock()
	c.stopLocked()
	if _, err := daemon.Reap(c.layout.pidDir(), string(c.layout)); err != nil {
		return fmt.Errorf("cluster %q: %w", id, err)
	}
	if err := os.RemoveAll(string(c.layout)); err != nil {
		return fmt.Errorf("cluster %q: deleting its data: %w", id, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.clusters[id] == c {
		delete(m.clusters, id)
	}
	return ctx.Err()
}
