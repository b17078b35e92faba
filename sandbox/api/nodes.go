package api

import (
	"slices"

	"github.com/digitalocean/godo"
)

// deleteNode drains a node and deletes it. With replace=1 another takes its place,
// otherwise the pool shrinks.
func deleteNode(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	i, err := c.pool(k)
	if err != nil {
		return reply{}, err
	}
	p := &k.Pools[i]
	n := slices.IndexFunc(p.Nodes, func(n node) bool { return n.ID == c.param("node") })
	if n < 0 {
		return reply{}, errNotFound
	}
	if p.Nodes[n].staying() {
		if r := c.query("replace"); r != "1" && r != "true" {
			if low := max(p.MinNodes, 1); p.Count <= low {
				return reply{}, invalid("node pool %q has %d nodes, it cannot shrink below %d", p.Name, p.Count, low)
			}
			p.Count--
		}
		c.drain(&p.Nodes[n])
		if err := c.fitNodes(&k); err != nil {
			return reply{}, err
		}
		if err := c.putCluster(k); err != nil {
			return reply{}, err
		}
	}
	return reply{status: 202}, nil
}

// recyclePool replaces the named nodes, or all of them when none is named.
func recyclePool(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	i, err := c.pool(k)
	if err != nil {
		return reply{}, err
	}
	var req godo.KubernetesNodePoolRecycleNodesRequest
	if len(c.body) > 0 {
		if err := c.decode(&req); err != nil {
			return reply{}, err
		}
	}
	p := &k.Pools[i]
	for _, id := range req.Nodes {
		if !slices.ContainsFunc(p.Nodes, func(n node) bool { return n.ID == id }) {
			return reply{}, errNotFound
		}
	}
	for n := range p.Nodes {
		if len(req.Nodes) == 0 || slices.Contains(req.Nodes, p.Nodes[n].ID) {
			c.drain(&p.Nodes[n])
		}
	}
	if err := c.fitNodes(&k); err != nil {
		return reply{}, err
	}
	if err := c.putCluster(k); err != nil {
		return reply{}, err
	}
	return reply{status: 202}, nil
}
