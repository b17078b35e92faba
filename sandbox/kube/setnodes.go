package kube

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
)

// parallel is how many nodes are changed at the same time: enough to keep a local
// API server busy, few enough for its default limits.
const parallel = 16

// SetNodes makes the cluster's nodes equal to nodes, by ID. New nodes come first,
// so that pods evicted from surplus ones have somewhere to go; those are cordoned
// together, drained through the eviction API and deleted. A node's size,
// addresses and name do not change while it exists, as a Droplet's do not. The
// error wraps ErrNotUp when the cluster is not running; the work done until an
// error stands, and another call goes on from there.
func (m *Manager) SetNodes(ctx context.Context, id string, nodes []Node) error {
	c, err := m.cluster(id)
	if err != nil {
		return err
	}
	client, ctx, cancel, err := c.use(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	c.nodes.Lock()
	defer c.nodes.Unlock()
	u := nodeUpdate{client: client, drain: drain{client: client, timeout: m.cfg.DrainTimeout, log: c.log}}
	if err := u.run(ctx, nodes, m.cfg.Version); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = errors.Join(cause, err)
		}
		return fmt.Errorf("cluster %q: setting its nodes: %w", id, err)
	}
	return nil
}

type nodeUpdate struct {
	client kubernetes.Interface
	drain  drain
}

func (u nodeUpdate) run(ctx context.Context, nodes []Node, version string) error {
	wanted := map[string]*corev1.Node{} // by node ID
	names := map[string]string{}        // name -> node ID
	for _, n := range nodes {
		switch {
		case n.ID == "" || n.Name == "":
			return fmt.Errorf("a node has ID %q and name %q, want both", n.ID, n.Name)
		case wanted[n.ID] != nil:
			return fmt.Errorf("two nodes have the ID %q", n.ID)
		case names[n.Name] != "":
			return fmt.Errorf("the nodes %q and %q have the same name %q", names[n.Name], n.ID, n.Name)
		}
		object, err := build(n, version)
		if err != nil {
			return err
		}
		wanted[n.ID], names[n.Name] = object, n.ID
	}
	existing, err := u.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: labelNodeID})
	if err != nil {
		return fmt.Errorf("listing nodes: %w", err)
	}
	var surplus, present []*corev1.Node
	taken := map[string]bool{} // names of surplus nodes
	for i := range existing.Items {
		node := &existing.Items[i]
		if w := wanted[node.Labels[labelNodeID]]; w != nil && w.Name == node.Name {
			present = append(present, node)
			continue
		}
		surplus = append(surplus, node)
		taken[node.Name] = true
	}
	var now, later []*corev1.Node // later: the name is still in use
	for id, node := range wanted {
		exists := false
		for _, p := range present {
			exists = exists || p.Labels[labelNodeID] == id
		}
		switch {
		case exists:
		case taken[node.Name]:
			later = append(later, node)
		default:
			now = append(now, node)
		}
	}
	if err := inParallel(ctx, now, u.create); err != nil {
		return err
	}
	update := func(ctx context.Context, have *corev1.Node) error {
		return u.update(ctx, have, wanted[have.Labels[labelNodeID]])
	}
	if err := inParallel(ctx, present, update); err != nil {
		return err
	}
	if err := inParallel(ctx, surplus, u.drain.cordon); err != nil {
		return err
	}
	if err := inParallel(ctx, surplus, u.drain.remove); err != nil {
		return err
	}
	return inParallel(ctx, later, u.create)
}

func inParallel(ctx context.Context, nodes []*corev1.Node, do func(context.Context, *corev1.Node) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, node := range nodes {
		g.Go(func() error { return do(ctx, node) })
	}
	return g.Wait()
}

func (u nodeUpdate) create(ctx context.Context, node *corev1.Node) error {
	_, err := u.client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("creating node %q: %w", node.Name, err)
	}
	return nil
}

func (u nodeUpdate) update(ctx context.Context, have, want *corev1.Node) error {
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		if !merge(have, want) {
			return nil
		}
		_, err := u.client.CoreV1().Nodes().Update(ctx, have, metav1.UpdateOptions{})
		if apierrors.IsConflict(err) {
			if fresh, getErr := u.client.CoreV1().Nodes().Get(ctx, have.Name, metav1.GetOptions{}); getErr == nil {
				have = fresh
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("updating node %q: %w", want.Name, err)
	}
	return nil
}

// Ready returns the IDs of the nodes that report the Ready condition. The error
// wraps ErrNotUp when the cluster is not running.
func (m *Manager) Ready(ctx context.Context, id string) (map[string]bool, error) {
	c, err := m.cluster(id)
	if err != nil {
		return nil, err
	}
	client, ctx, cancel, err := c.use(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: labelNodeID})
	if err != nil {
		return nil, fmt.Errorf("cluster %q: listing nodes: %w", id, err)
	}
	ready := map[string]bool{}
	for i := range list.Items {
		for _, condition := range list.Items[i].Status.Conditions {
			if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
				ready[list.Items[i].Labels[labelNodeID]] = true
			}
		}
	}
	return ready, nil
}
