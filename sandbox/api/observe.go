package api

import (
	"context"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/kube"
)

// observeLoop writes back what the control plane shows: nodes become running, the
// cluster becomes running, autoscaled pools grow and shrink.
func (s *Server) observeLoop(ctx context.Context, id string, loop *clusterLoop) {
	nextAdvice := time.Time{}
	for {
		k, found := s.stored(id)
		if !found || k.Deleting {
			return
		}
		err := s.look(ctx, id, k)
		if err == nil && !time.Now().Before(nextAdvice) {
			nextAdvice = time.Now().Add(s.cfg.AutoscaleEvery)
			err = s.autoscale(ctx, id)
		}
		if ctx.Err() != nil {
			return
		}
		pause := s.cfg.AutoscaleEvery
		if k, _ := s.stored(id); unsettled(k) {
			pause = s.cfg.Poll
		}
		if err != nil {
			s.cfg.Log.Error("looking at a cluster failed, its control plane is brought up again", "cluster", id, "error", err)
			if !sleep(ctx, s.cfg.Poll) || !s.bringUp(ctx, id) {
				return
			}
			continue
		}
		if !wait(ctx, loop.look, pause) {
			return
		}
	}
}

// unsettled says that something is on its way to another state.
func unsettled(k cluster) bool {
	return k.Shown.Status == nil || k.Shown.Status.State != godo.KubernetesClusterStatusRunning ||
		slices.ContainsFunc(k.Pools, func(p pool) bool {
			return slices.ContainsFunc(p.Nodes, func(n node) bool { return n.State == nodeProvisioning })
		})
}

// look asks which nodes are ready and settles what has come to its end.
func (s *Server) look(ctx context.Context, id string, k cluster) error {
	if !unsettled(k) {
		return nil
	}
	ready, err := s.cfg.Planes.Ready(ctx, id)
	if err != nil {
		return err
	}
	// Most looks change nothing: only a look that does costs a write.
	if !settle(&k, ready, s.now()) {
		return nil
	}
	_, err = s.changeCluster(id, func(c *call, k *cluster) (bool, error) { return settle(k, ready, c.now), nil })
	return err
}

// settle moves what has come to its end to its next state, and says whether there
// was anything.
func settle(k *cluster, ready map[string]bool, now time.Time) (changed bool) {
	all := true
	for i := range k.Pools {
		// The caller may look at a copy of the cluster that shares its nodes.
		k.Pools[i].Nodes = slices.Clone(k.Pools[i].Nodes)
		for j := range k.Pools[i].Nodes {
			n := &k.Pools[i].Nodes[j]
			if n.State == nodeProvisioning && ready[n.ID] && !n.SettleAt.After(now) {
				n.State, n.Updated, changed = nodeRunning, now, true
			}
			all = all && n.State != nodeProvisioning
		}
	}
	state := k.Shown.Status.State
	waiting := state == godo.KubernetesClusterStatusProvisioning && all ||
		state == godo.KubernetesClusterStatusError && all ||
		state == godo.KubernetesClusterStatusUpgrading
	if waiting && !k.SettleAt.After(now) {
		k.Shown.Status = &godo.KubernetesClusterStatus{State: godo.KubernetesClusterStatusRunning}
		k.Shown.UpdatedAt, changed = now, true
	}
	return changed
}

// autoscale runs one round of the autoscaler, and stores the counts it wants as
// the pools' counts.
func (s *Server) autoscale(ctx context.Context, id string) error {
	k, found := s.stored(id)
	if !found || k.Shown.Status.State != godo.KubernetesClusterStatusRunning {
		return nil
	}
	var pools []kube.Pool
	seen := map[string]int{}
	for _, p := range k.Pools {
		if p.AutoScale && !p.Deleting {
			seen[p.ID] = p.Count
			pools = append(pools, kube.Pool{Template: s.kubeNode(k, p, node{}), Count: p.Count, Min: p.MinNodes, Max: p.MaxNodes})
		}
	}
	if len(pools) == 0 {
		return nil
	}
	advice, err := s.cfg.Planes.Advise(ctx, id, pools)
	if err != nil || len(advice) == 0 {
		return err
	}
	changed, err := s.changeCluster(id, func(c *call, k *cluster) (bool, error) { return c.follow(k, advice, seen) })
	if changed {
		s.clusters.wake(id)
	}
	return err
}

// follow stores an advice. A pool that has changed since the autoscaler saw it
// waits for the next round.
func (c *call) follow(k *cluster, advice []kube.Advice, seen map[string]int) (changed bool, err error) {
	for _, a := range advice {
		i := slices.IndexFunc(k.Pools, func(p pool) bool { return p.ID == a.PoolID })
		if i < 0 {
			continue
		}
		p := &k.Pools[i]
		count := min(max(a.Count, p.MinNodes), p.MaxNodes)
		if !p.AutoScale || p.Deleting || p.Count != seen[p.ID] || count == p.Count {
			continue
		}
		for j := range p.Nodes {
			// The pool's limits may keep some of the nodes.
			if count < p.Count && slices.Contains(a.Remove, p.Nodes[j].ID) && p.Nodes[j].staying() {
				c.drain(&p.Nodes[j])
				p.Count--
			}
		}
		p.Count, changed = count, true
	}
	if !changed {
		return false, nil
	}
	return true, c.fitNodes(k)
}
