package api

import (
	"slices"

	"github.com/digitalocean/godo"
)

// The kinds of resources that a cluster's controllers make, by their names in the
// inventory.
const (
	kindVolumes       = "volumes"
	kindSnapshots     = "volume_snapshots"
	kindLoadBalancers = "load_balancers"
)

func (s *Server) registerAssociated() {
	const path = clusterPath + "/{id}/destroy_with_associated_resources"
	s.get(path, listAssociated)
	s.delete(path+"/dangerous", destroyAll)
	s.delete(path+"/selective", destroySelected)
}

func listAssociated(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	var body godo.KubernetesAssociatedResources
	for _, part := range []struct {
		kind string
		into *[]*godo.AssociatedResource
	}{
		{kindVolumes, &body.Volumes}, {kindSnapshots, &body.VolumeSnapshots}, {kindLoadBalancers, &body.LoadBalancers},
	} {
		list, err := c.owned(part.kind, k.Shown.ID)
		if err != nil {
			return reply{}, err
		}
		*part.into = []*godo.AssociatedResource{}
		for _, i := range list {
			*part.into = append(*part.into, &godo.AssociatedResource{ID: i.id, Name: i.name})
		}
	}
	return reply{status: 200, body: body}, nil
}

func destroyAll(c *call) (reply, error) {
	return destroy(c, func(string, item) bool { return true })
}

func destroySelected(c *call) (reply, error) {
	var req godo.KubernetesClusterDeleteSelectiveRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	named := map[string][]string{
		kindVolumes: req.Volumes, kindSnapshots: req.VolumeSnapshots, kindLoadBalancers: req.LoadBalancers,
	}
	return destroy(c, func(kindName string, i item) bool { return slices.Contains(named[kindName], i.id) })
}

// destroy deletes the cluster of the path with those of its resources that chosen
// accepts.
func destroy(c *call, chosen func(kindName string, i item) bool) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	for _, kd := range c.kinds {
		if kd.remove == nil {
			continue
		}
		list, err := c.owned(kd.name, k.Shown.ID)
		if err != nil {
			return reply{}, err
		}
		for _, i := range list {
			if chosen(kd.name, i) {
				if err := kd.remove(c, i.id); err != nil {
					return reply{}, err
				}
			}
		}
	}
	if err := c.doom(k); err != nil {
		return reply{}, err
	}
	return noContent()
}
