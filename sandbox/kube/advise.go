package kube

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/gomeet/infra/sandbox/kube/internal/autoscale"
)

// Advise runs one round of the cluster autoscaler over the given pools and
// returns those that should change, ordered by pool ID. It changes nothing
// itself. A node is removed only after several rounds, over Config.Unneeded, have
// found it unneeded. The error wraps ErrNotUp when the cluster is not running.
func (m *Manager) Advise(ctx context.Context, id string, pools []Pool) ([]Advice, error) {
	c, err := m.cluster(id)
	if err != nil {
		return nil, err
	}
	client, ctx, cancel, err := c.use(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	templates := make([]autoscale.Pool, 0, len(pools))
	for _, p := range pools {
		if p.Min < 0 || p.Max < p.Min {
			return nil, fmt.Errorf("cluster %q: pool %q has limits %d..%d, want 0 <= Min <= Max", id, p.Template.PoolID, p.Min, p.Max)
		}
		node, err := build(p.Template, m.cfg.Version)
		if err != nil {
			return nil, fmt.Errorf("cluster %q: pool %q: %w", id, p.Template.PoolID, err)
		}
		templates = append(templates, autoscale.Pool{
			ID:       p.Template.PoolID,
			Template: node,
			Price:    p.Template.Size.PriceHourly,
			Count:    p.Count,
			Min:      p.Min,
			Max:      p.Max,
		})
	}
	state, err := observe(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", id, err)
	}
	ids := map[string]string{}
	for _, node := range state.Nodes {
		ids[node.Name] = node.Labels[labelNodeID]
	}
	var advice []Advice
	for _, d := range c.scaler.Decide(state, templates, time.Now()) {
		a := Advice{PoolID: d.PoolID, Count: d.Count}
		for _, name := range d.Remove {
			a.Remove = append(a.Remove, ids[name])
		}
		advice = append(advice, a)
	}
	return advice, nil
}

// observe reads what the autoscaler needs to know.
func observe(ctx context.Context, client kubernetes.Interface) (autoscale.State, error) {
	var state autoscale.State
	g, ctx := errgroup.WithContext(ctx)
	all := metav1.ListOptions{}
	g.Go(func() error {
		list, err := client.CoreV1().Nodes().List(ctx, all)
		if err != nil {
			return fmt.Errorf("listing nodes: %w", err)
		}
		state.Nodes = pointers(list.Items)
		return nil
	})
	g.Go(func() error {
		list, err := client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, all)
		if err != nil {
			return fmt.Errorf("listing pods: %w", err)
		}
		state.Pods = pointers(list.Items)
		return nil
	})
	g.Go(func() error {
		list, err := client.AppsV1().DaemonSets(metav1.NamespaceAll).List(ctx, all)
		if err != nil {
			return fmt.Errorf("listing daemon sets: %w", err)
		}
		state.DaemonSets = pointers(list.Items)
		return nil
	})
	g.Go(func() error {
		list, err := client.PolicyV1().PodDisruptionBudgets(metav1.NamespaceAll).List(ctx, all)
		if err != nil {
			return fmt.Errorf("listing disruption budgets: %w", err)
		}
		state.Budgets = pointers(list.Items)
		return nil
	})
	g.Go(func() error {
		list, err := client.CoreV1().Namespaces().List(ctx, all)
		if err != nil {
			return fmt.Errorf("listing namespaces: %w", err)
		}
		state.Namespaces = pointers(list.Items)
		return nil
	})
	err := g.Wait() // before state is read
	return state, err
}

func pointers[T any](items []T) []*T {
	list := make([]*T, len(items))
	for i := range items {
		list[i] = &items[i]
	}
	return list
}
