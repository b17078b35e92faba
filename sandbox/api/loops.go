package api

import (
	"context"
	"sync"
	"time"

	"github.com/gomeet/infra/sandbox/kube"
)

// clusterLoops are the background loops of the clusters, by cluster ID.
type clusterLoops struct {
	mu  sync.Mutex
	ctx context.Context // nil until the server starts
	all map[string]*clusterLoop
}

// clusterLoop is one cluster's. Its channels hold one signal at most: the loops
// read the store, so a second signal would say nothing new.
type clusterLoop struct {
	changed  chan struct{} // the wanted nodes may be others
	look     chan struct{} // the states may be others
	doomed   chan struct{} // closed when the cluster has to go
	doomOnce sync.Once
}

// signal leaves a signal in c, unless one is there already.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (l *clusterLoops) wake(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if loop := l.all[id]; loop != nil {
		signal(loop.changed)
		signal(loop.look)
	}
}

func (l *clusterLoops) doom(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if loop := l.all[id]; loop != nil {
		loop.doomOnce.Do(func() { close(loop.doomed) })
	}
}

// startClusters starts the loops of every stored cluster.
func (s *Server) startClusters(ctx context.Context) error {
	var list []cluster
	err := s.view(func(c *call) (err error) {
		s.clusters.mu.Lock()
		s.clusters.ctx, s.clusters.all = ctx, map[string]*clusterLoop{}
		s.clusters.mu.Unlock()
		list, err = clusters.List(c.tx)
		return err
	})
	for _, k := range list {
		s.startCluster(k.Shown.ID)
	}
	return err
}

// startCluster starts the loops of one cluster. Before Start and after Close it
// does nothing: the next Start finds the cluster in the store.
func (s *Server) startCluster(id string) {
	s.clusters.mu.Lock()
	defer s.clusters.mu.Unlock()
	ctx := s.clusters.ctx
	if ctx == nil || ctx.Err() != nil || s.clusters.all[id] != nil {
		return
	}
	loop := &clusterLoop{changed: make(chan struct{}, 1), look: make(chan struct{}, 1), doomed: make(chan struct{})}
	s.clusters.all[id] = loop
	s.work.Go(func() { s.runCluster(ctx, id, loop) })
}

// runCluster keeps one cluster as the store wants it, and takes it down when the
// store wants that.
func (s *Server) runCluster(ctx context.Context, id string, loop *clusterLoop) {
	defer func() {
		s.clusters.mu.Lock()
		defer s.clusters.mu.Unlock()
		delete(s.clusters.all, id)
	}()
	if k, found := s.stored(id); found && !k.Deleting {
		inner, cancel := context.WithCancel(ctx)
		var both sync.WaitGroup
		both.Go(func() { s.keepUp(inner, id, loop) })
		select {
		case <-ctx.Done():
		case <-loop.doomed:
		}
		// A drain that is under way has no point any more.
		cancel()
		both.Wait()
	}
	s.takeDown(ctx, id)
}

// keepUp starts the control plane and then runs the two loops: applying nodes can
// take as long as a drain does, and must not keep the states from being seen.
func (s *Server) keepUp(ctx context.Context, id string, loop *clusterLoop) {
	if !s.bringUp(ctx, id) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { s.applyLoop(ctx, id, loop) })
	both.Go(func() { s.observeLoop(ctx, id, loop) })
	both.Wait()
}

// stored returns a cluster from the store.
func (s *Server) stored(id string) (k cluster, found bool) {
	err := s.view(func(c *call) (err error) {
		k, found, err = clusters.Get(c.tx, id)
		return err
	})
	if err != nil {
		s.cfg.Log.Error("reading a cluster", "cluster", id, "error", err)
	}
	return k, found && err == nil
}

// changeCluster changes a stored cluster; change says whether it changed anything.
// A cluster that is gone or going stays as it is.
func (s *Server) changeCluster(id string, change func(*call, *cluster) (bool, error)) (changed bool, err error) {
	err = s.update(func(c *call) error {
		k, found, err := clusters.Get(c.tx, id)
		if err != nil || !found || k.Deleting {
			return err
		}
		if changed, err = change(c, &k); err != nil || !changed {
			return err
		}
		return clusters.Put(c.tx, id, k)
	})
	return changed && err == nil, err
}

func (k cluster) spec() kube.Spec {
	return kube.Spec{
		ID: k.Shown.ID, Name: k.Shown.Name, Region: k.Shown.RegionSlug,
		ClusterSubnet: k.Shown.ClusterSubnet, ServiceSubnet: k.Shown.ServiceSubnet, Token: k.Token,
	}
}

// sleep waits, and says whether the context still lives.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
