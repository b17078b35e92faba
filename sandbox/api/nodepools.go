package api

import (
	"slices"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

func (s *Server) registerNodePools() {
	s.addKind(kind{name: "node_pools", list: poolItems})
	const path = clusterPath + "/{id}/node_pools"
	s.get(path, listPools)
	s.post(path, createPool)
	s.get(path+"/{pool}", getPool)
	s.put(path+"/{pool}", updatePool)
	s.delete(path+"/{pool}", deletePool)
	s.post(path+"/{pool}/recycle", recyclePool)
	s.delete(path+"/{pool}/nodes/{node}", deleteNode)
}

func poolItems(tx *store.Tx) ([]item, error) {
	list, err := clusters.List(tx)
	var items []item
	for _, k := range list {
		for _, p := range k.Pools {
			items = append(items, item{id: p.ID, name: k.Shown.Name + "/" + p.Name, created: p.Created})
		}
	}
	return items, err
}

func listPools(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	return paged(c, "node_pools", k.show().NodePools)
}

func getPool(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	i, err := c.pool(k)
	if err != nil {
		return reply{}, err
	}
	return ok("node_pool", k.Pools[i].show())
}

func createPool(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	var req poolRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	if err := c.addPool(&k, req); err != nil {
		return reply{}, err
	}
	if err := c.putCluster(k); err != nil {
		return reply{}, err
	}
	return created("node_pool", k.Pools[len(k.Pools)-1].show())
}

// updatePool changes what the request names; the size is not among it.
func updatePool(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	i, err := c.pool(k)
	if err != nil {
		return reply{}, err
	}
	var req struct {
		godo.KubernetesNodePoolUpdateRequest
		Taints *[]taint `json:"taints"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	p := &k.Pools[i]
	if p.Deleting {
		return reply{}, conflict("node pool %q is being deleted", p.Name)
	}
	if req.Name != "" {
		if err := checkPoolName(k.Pools, p.ID, req.Name); err != nil {
			return reply{}, err
		}
		p.Name = req.Name
	}
	if req.Tags != nil {
		if p.Tags, err = c.ensureTags(poolTags(k.Shown.ID, req.Tags)); err != nil {
			return reply{}, err
		}
	}
	if req.Labels != nil {
		p.Labels = req.Labels
	}
	if req.Taints != nil {
		if err := checkTaints(*req.Taints); err != nil {
			return reply{}, err
		}
		p.Taints = *req.Taints
	}
	set(&p.AutoScale, req.AutoScale)
	set(&p.MinNodes, req.MinNodes)
	set(&p.MaxNodes, req.MaxNodes)
	set(&p.Count, req.Count)
	if err := p.checkScale(); err != nil {
		return reply{}, err
	}
	if err := c.fitNodes(&k); err != nil {
		return reply{}, err
	}
	if err := c.putCluster(k); err != nil {
		return reply{}, err
	}
	return accepted("node_pool", k.Pools[i].show())
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func deletePool(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	i, err := c.pool(k)
	if err != nil {
		return reply{}, err
	}
	staying := slices.DeleteFunc(slices.Clone(k.Pools), func(p pool) bool { return p.Deleting || p.ID == k.Pools[i].ID })
	if len(staying) == 0 {
		return reply{}, invalid("node pool %q is the last one, a cluster has at least one", k.Pools[i].Name)
	}
	k.Pools[i].Deleting = true
	if err := c.fitNodes(&k); err != nil {
		return reply{}, err
	}
	if err := c.putCluster(k); err != nil {
		return reply{}, err
	}
	return noContent()
}
