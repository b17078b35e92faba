package kube

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/gomeet/infra/sandbox/kube/internal/daemon"
)

// Manager runs control planes as child processes. Make it with New.
type Manager struct {
	cfg   Config
	lock  *os.File
	ports portChooser

	mu       sync.Mutex
	closed   bool
	clusters map[string]*cluster
}

var _ ControlPlanes = (*Manager)(nil)

// New prepares the directory cfg.Dir, ends the programs that an earlier process
// left running in it, and returns a Manager with no cluster up. The error wraps
// ErrNoProgram when a program is missing from cfg.BinDir, and
// another process's use of the directory is an error as well.
func New(cfg Config) (*Manager, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the clusters' directory: %w", err)
	}
	lock, err := daemon.Lock(filepath.Join(cfg.Dir, "lock"))
	if errors.Is(err, daemon.ErrLocked) {
		return nil, fmt.Errorf("another sandbox runs its clusters in %q: %w; stop it, or use another directory", cfg.Dir, err)
	}
	if err != nil {
		return nil, err
	}
	m := &Manager{cfg: cfg, lock: lock, clusters: map[string]*cluster{}}
	if err := m.reap(); err != nil {
		lock.Close()
		return nil, err
	}
	return m, nil
}

// reap ends what an earlier process left running.
func (m *Manager) reap() error {
	dirs, err := filepath.Glob(filepath.Join(m.cfg.Dir, "*", "run"))
	if err != nil {
		return fmt.Errorf("looking for clusters in %q: %w", m.cfg.Dir, err)
	}
	for _, dir := range dirs {
		n, err := daemon.Reap(dir, filepath.Dir(dir))
		if err != nil {
			return err
		}
		if n > 0 {
			m.cfg.Log.Warn("ended programs left over from an earlier run", "cluster", filepath.Base(filepath.Dir(dir)), "count", n)
		}
	}
	return nil
}

// clusterID is what a cluster's ID may look like: it names a directory.
var clusterID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)

// cluster returns the cluster's entry, making it when it is new.
func (m *Manager) cluster(id string) (*cluster, error) {
	if !clusterID.MatchString(id) {
		return nil, fmt.Errorf("cluster ID is %q, want a UUID", id)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, fmt.Errorf("cluster %q: %w", id, ErrClosed)
	}
	c := m.clusters[id]
	if c == nil {
		c = newCluster(m, id)
		m.clusters[id] = c
	}
	return c, nil
}

// locked returns the cluster's entry with its mu held. Down may remove an entry
// while someone waits for it; then there is a newer one.
func (m *Manager) locked(id string) (*cluster, error) {
	for {
		c, err := m.cluster(id)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		if now, err := m.cluster(id); err != nil || now == c {
			if err != nil {
				c.mu.Unlock()
				return nil, err
			}
			return c, nil
		}
		c.mu.Unlock()
	}
}

// Close stops every control plane, all at the same time, and keeps the data. The
// Manager cannot be used afterwards; closing it again does nothing.
func (m *Manager) Close() error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil
	}
	m.closed = true
	clusters := m.clusters
	m.mu.Unlock()
	var wg sync.WaitGroup
	for _, c := range clusters {
		wg.Go(c.stop)
	}
	wg.Wait()
	return m.lock.Close()
}
