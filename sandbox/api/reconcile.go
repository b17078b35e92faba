package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/kube"
)

// failuresShown is how many times in a row a new control plane fails to start
// before the API says so in the cluster's state: one failure can be a busy
// machine, three are a message for a person, such as a missing program.
const failuresShown = 3

// errBroken is what a cluster says that a fault broke.
var errBroken = errors.New("the sandbox was told to create this cluster by halves")

// bringUp starts the control plane and stores its endpoint. It tries again until
// it works or ctx ends, and says whether it worked.
func (s *Server) bringUp(ctx context.Context, id string) bool {
	for failures := 1; ; failures++ {
		k, found := s.stored(id)
		if !found || k.Deleting {
			return false
		}
		if k.Broken {
			s.showFailure(id, errBroken)
			return false
		}
		endpoint, err := s.cfg.Planes.Up(ctx, k.spec())
		if err == nil {
			err = s.storeEndpoint(id, endpoint)
		}
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		s.cfg.Log.Error("starting a control plane failed, it is tried again", "cluster", id, "error", err)
		if failures == failuresShown {
			s.showFailure(id, err)
		}
		if !sleep(ctx, s.cfg.Poll) {
			return false
		}
	}
}

func (s *Server) storeEndpoint(id string, e kube.Endpoint) error {
	k, _ := s.stored(id)
	if k.Shown.Endpoint == e.URL && bytes.Equal(k.CA, e.CertificateAuthority) {
		return nil
	}
	_, err := s.changeCluster(id, func(c *call, k *cluster) (bool, error) {
		k.Shown.Endpoint, k.CA = e.URL, e.CertificateAuthority
		k.Shown.IPv4 = k.masterIP()
		return true, nil
	})
	return err
}

// showFailure puts a cluster that has never run into the error state.
func (s *Server) showFailure(id string, cause error) {
	_, err := s.changeCluster(id, func(c *call, k *cluster) (bool, error) {
		if k.Shown.Status.State != godo.KubernetesClusterStatusProvisioning {
			return false, nil
		}
		k.Shown.Status = &godo.KubernetesClusterStatus{State: godo.KubernetesClusterStatusError, Message: cause.Error()}
		k.Shown.UpdatedAt = c.now
		return true, nil
	})
	if err != nil {
		s.cfg.Log.Error("storing a failure", "cluster", id, "error", err)
	}
}

// applyLoop brings the control plane's nodes to the stored ones.
func (s *Server) applyLoop(ctx context.Context, id string, loop *clusterLoop) {
	var applied []byte // what SetNodes was last called with
	for {
		k, found := s.stored(id)
		if !found || k.Deleting {
			return
		}
		wanted, leaving := s.wantedNodes(k)
		now, err := json.Marshal(wanted)
		if err == nil && !bytes.Equal(now, applied) {
			err = s.cfg.Planes.SetNodes(ctx, id, wanted)
		}
		if err == nil {
			applied = now
			err = s.removeNodes(id, leaving)
		}
		if ctx.Err() != nil {
			return
		}
		// Nothing to wait for but a change, unless something failed or a node has to
		// be shown for some time yet.
		retry := time.Duration(0)
		if err != nil {
			applied = nil
			s.cfg.Log.Error("setting the nodes of a cluster failed, it is tried again", "cluster", id, "error", err)
			retry = s.cfg.Poll
		} else if left, _ := s.stored(id); anyDraining(left) {
			retry = s.cfg.Poll
		}
		if !wait(ctx, loop.changed, retry) {
			return
		}
	}
}

// wait waits for a signal, or for d when it is positive; it says whether the
// context still lives.
func wait(ctx context.Context, c <-chan struct{}, d time.Duration) bool {
	var timer <-chan time.Time
	if d > 0 {
		timer = time.After(d)
	}
	select {
	case <-ctx.Done():
		return false
	case <-c:
	case <-timer:
	}
	return true
}

// wantedNodes returns the nodes that should exist, and the IDs of those that
// should not.
func (s *Server) wantedNodes(k cluster) (wanted []kube.Node, leaving []string) {
	for _, p := range k.Pools {
		for _, n := range p.Nodes {
			if !n.staying() {
				leaving = append(leaving, n.ID)
				continue
			}
			wanted = append(wanted, s.kubeNode(k, p, n))
		}
	}
	return wanted, leaving
}

func (s *Server) kubeNode(k cluster, p pool, n node) kube.Node {
	size, _ := s.size(p.Size) // the size was checked when the pool was made
	var taints []godo.Taint
	for _, t := range p.Taints {
		taints = append(taints, godo.Taint(t))
	}
	return kube.Node{
		ID: n.ID, Name: n.Name, DropletID: n.DropletID, PoolID: p.ID, PoolName: p.Name,
		Region: k.Shown.RegionSlug, Size: size, PrivateIP: n.PrivateIP, PublicIP: n.PublicIP,
		Labels: p.Labels, Taints: taints,
	}
}

func anyDraining(k cluster) bool {
	return slices.ContainsFunc(k.Pools, func(p pool) bool {
		return p.Deleting || slices.ContainsFunc(p.Nodes, func(n node) bool { return !n.staying() })
	})
}

// removeNodes removes nodes that the control plane has no more, once they have
// been shown long enough, and the pools that were only waiting for that.
func (s *Server) removeNodes(id string, gone []string) error {
	k, _ := s.stored(id)
	if !anyDraining(k) {
		return nil
	}
	_, err := s.changeCluster(id, func(c *call, k *cluster) (changed bool, err error) {
		for i := range k.Pools {
			p := &k.Pools[i]
			before := len(p.Nodes)
			p.Nodes = slices.DeleteFunc(p.Nodes, func(n node) bool {
				return slices.Contains(gone, n.ID) && !n.SettleAt.After(c.now)
			})
			changed = changed || len(p.Nodes) != before
		}
		before := len(k.Pools)
		k.Pools = slices.DeleteFunc(k.Pools, func(p pool) bool { return p.Deleting && len(p.Nodes) == 0 })
		return changed || len(k.Pools) != before, nil
	})
	return err
}

// takeDown deletes a cluster's control plane and then the cluster, if that is
// what the store wants. It tries again until it works or ctx ends.
func (s *Server) takeDown(ctx context.Context, id string) {
	for {
		k, found := s.stored(id)
		if ctx.Err() != nil || !found || !k.Deleting {
			return
		}
		if !k.SettleAt.After(s.now()) {
			err := s.cfg.Planes.Down(ctx, id)
			if err == nil {
				err = s.update(func(c *call) error {
					if err := c.assign(k.Shown.URN(), ""); err != nil {
						return err
					}
					return clusters.Delete(c.tx, id)
				})
			}
			if err == nil {
				return
			}
			if ctx.Err() == nil {
				s.cfg.Log.Error("deleting a control plane failed, it is tried again", "cluster", id, "error", err)
			}
		}
		if !sleep(ctx, s.cfg.Poll) {
			return
		}
	}
}
