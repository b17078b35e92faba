package kubetest

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"sync"

	"github.com/gomeet/infra/sandbox/kube"
)

// ErrNotUp is what a method returns for a cluster that is not up.
var ErrNotUp = errors.New("kubetest: the cluster is not up")

// CA is the certificate authority in every Endpoint. It is no real one.
const CA = "-----BEGIN CERTIFICATE-----\nfake\n-----END CERTIFICATE-----\n"

// Fake is a kube.ControlPlanes that runs nothing. Its nodes are ready at once. The
// zero value is ready to use.
type Fake struct {
	mu       sync.Mutex
	fail     func(ctx context.Context, method, clusterID string) error
	advice   func(clusterID string, pools []kube.Pool) []kube.Advice
	notReady func(kube.Node) bool

	specs map[string]kube.Spec   // the clusters that are up
	nodes map[string][]kube.Node // the data, kept by Close
	calls []string
}

var _ kube.ControlPlanes = (*Fake)(nil)

// SetFail sets what is asked before every call, with the method's name such as
// "Up" and the cluster's ID; what it returns is the call's error, and it may block.
// Nil lets every call succeed.
func (f *Fake) SetFail(fail func(ctx context.Context, method, clusterID string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

// SetAdvice sets what Advise returns; nil means no advice.
func (f *Fake) SetAdvice(advice func(clusterID string, pools []kube.Pool) []kube.Advice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.advice = advice
}

// SetNotReady sets which nodes are not ready; nil means that all are.
func (f *Fake) SetNotReady(notReady func(kube.Node) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notReady = notReady
}

func (f *Fake) begin(ctx context.Context, method, id string) error {
	f.mu.Lock()
	f.calls = append(f.calls, method)
	fail := f.fail
	f.mu.Unlock()
	if fail != nil {
		if err := fail(ctx, method, id); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Up marks the cluster as up. The endpoint depends on the ID only.
func (f *Fake) Up(ctx context.Context, spec kube.Spec) (kube.Endpoint, error) {
	if err := f.begin(ctx, "Up", spec.ID); err != nil {
		return kube.Endpoint{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.specs == nil {
		f.specs = map[string]kube.Spec{}
	}
	f.specs[spec.ID] = spec
	return kube.Endpoint{URL: URL(spec.ID), CertificateAuthority: []byte(CA)}, nil
}

// URL is the endpoint of the cluster with this ID.
func URL(id string) string {
	return fmt.Sprintf("https://127.0.0.1:%d", 20000+crc32.ChecksumIEEE([]byte(id))%10000)
}

// SetNodes remembers the nodes.
func (f *Fake) SetNodes(ctx context.Context, id string, nodes []kube.Node) error {
	if err := f.begin(ctx, "SetNodes", id); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, up := f.specs[id]; !up {
		return ErrNotUp
	}
	if f.nodes == nil {
		f.nodes = map[string][]kube.Node{}
	}
	f.nodes[id] = slices.Clone(nodes)
	return nil
}

// Ready returns the nodes, without those that SetNotReady names.
func (f *Fake) Ready(ctx context.Context, id string) (map[string]bool, error) {
	if err := f.begin(ctx, "Ready", id); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, up := f.specs[id]; !up {
		return nil, ErrNotUp
	}
	ready := map[string]bool{}
	for _, n := range f.nodes[id] {
		if f.notReady == nil || !f.notReady(n) {
			ready[n.ID] = true
		}
	}
	return ready, nil
}

// Advise returns what SetAdvice says.
func (f *Fake) Advise(ctx context.Context, id string, pools []kube.Pool) ([]kube.Advice, error) {
	if err := f.begin(ctx, "Advise", id); err != nil {
		return nil, err
	}
	f.mu.Lock()
	advice := f.advice
	f.mu.Unlock()
	if advice == nil {
		return nil, nil
	}
	return advice(id, pools), nil
}

// Down forgets the cluster and its nodes.
func (f *Fake) Down(ctx context.Context, id string) error {
	if err := f.begin(ctx, "Down", id); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.specs, id)
	delete(f.nodes, id)
	return nil
}

// Close stops every cluster and keeps the nodes.
func (f *Fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.specs)
	return nil
}

// Specs returns the clusters that are up, by ID.
func (f *Fake) Specs() map[string]kube.Spec {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.specs)
}

// Nodes returns the nodes of a cluster.
func (f *Fake) Nodes(id string) []kube.Node {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.nodes[id])
}

// Calls returns how often a method was called.
func (f *Fake) Calls(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if c == method {
			n++
		}
	}
	return n
}
