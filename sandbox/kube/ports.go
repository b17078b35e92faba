package kube

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
)

// Ports are chosen from here: below the ranges from which Linux (32768 up) and
// macOS (49152 up) take the local ports of outgoing connections, so that none of
// those sits on a cluster's port while the sandbox is stopped.
const firstPort, lastPort = 20000, 29999

// portTries is how many ports are tried before giving up. With half of the range
// taken, 64 tries fail once in 2^64.
const portTries = 64

// ports are the TCP ports of one control plane, all on 127.0.0.1.
type ports struct {
	APIServer int `json:"apiserver"`
	Etcd      int `json:"etcd"`
}

// portChooser hands out free ports, none of them twice.
type portChooser struct {
	mu    sync.Mutex
	given map[int]bool
}

// forCluster returns the ports stored in the file, or chooses free ones and
// stores them. The error wraps ErrPortTaken when another program has a stored
// port. The cluster's own programs must not be running.
func (c *portChooser) forCluster(file string) (ports, error) {
	raw, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c.choose(file)
	case err != nil:
		return ports{}, fmt.Errorf("reading the cluster's ports: %w", err)
	}
	var p ports
	if err := json.Unmarshal(raw, &p); err != nil {
		return ports{}, fmt.Errorf("reading the cluster's ports from %q: %w", file, err)
	}
	for what, port := range map[string]int{"API server": p.APIServer, "etcd": p.Etcd} {
		if port < 1 || port > 65535 {
			return ports{}, fmt.Errorf("reading the cluster's ports from %q: the port of the %s is %d, want 1..65535", file, what, port)
		}
		if err := free(port); err != nil {
			return ports{}, fmt.Errorf("%w: port %d on 127.0.0.1 belongs to this cluster's %s but another program listens there (%v); stop that program (`lsof -i :%d` shows it), or delete %q to let the cluster move to new ports, which changes its URL", ErrPortTaken, port, what, err, port, file)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reserve(p.APIServer, p.Etcd)
	return p, nil
}

func (c *portChooser) choose(file string) (ports, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []int
	for range portTries {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if c.given[port] || free(port) != nil {
			continue
		}
		c.reserve(port)
		if found = append(found, port); len(found) < 2 {
			continue
		}
		p := ports{APIServer: found[0], Etcd: found[1]}
		raw, err := json.Marshal(p)
		if err != nil {
			return ports{}, err
		}
		return p, writeFile(file, raw)
	}
	return ports{}, fmt.Errorf("%w: found no two free ports between %d and %d on 127.0.0.1", ErrPortTaken, firstPort, lastPort)
}

// reserve keeps the ports from being given to another cluster before its
// programs listen on them. c.mu must be held.
func (c *portChooser) reserve(numbers ...int) {
	if c.given == nil {
		c.given = map[int]bool{}
	}
	for _, n := range numbers {
		c.given[n] = true
	}
}

// free returns nil when nothing listens on the port of 127.0.0.1.
func free(port int) error {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return l.Close()
}
