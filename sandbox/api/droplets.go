package api

import (
	"slices"
	"strconv"
	"time"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

// registerDroplets serves the Droplets under the nodes of Kubernetes clusters. The
// sandbox makes no others.
func (s *Server) registerDroplets() {
	s.addKind(kind{name: "droplets", list: dropletItems, tagType: "droplet", setTags: setDropletTags})
	s.delays.declare("node", "node_delete")
	s.get("/v2/droplets", listDroplets)
	s.get("/v2/droplets/{id}", getDroplet)
	s.delete("/v2/droplets/{id}", func(c *call) (reply, error) {
		if _, err := c.droplet(); err != nil {
			return reply{}, err
		}
		return reply{}, forbidden("This Droplet is a node of a Kubernetes cluster: delete the node, its pool or the cluster instead.")
	})
}

// droplet is a node with what is around it.
type droplet struct {
	node
	pool    pool
	cluster cluster
}

func droplets(tx *store.Tx) ([]droplet, error) {
	list, err := clusters.List(tx)
	var all []droplet
	for _, k := range list {
		for _, p := range k.Pools {
			for _, n := range p.Nodes {
				all = append(all, droplet{n, p, k})
			}
		}
	}
	slices.SortFunc(all, func(a, b droplet) int { return a.DropletID - b.DropletID })
	return all, err
}

// inherited are the tags that a node's Droplet has from its cluster and its pool.
func (d droplet) inherited() []string {
	all := slices.Clone(d.pool.Tags)
	for _, t := range d.cluster.Shown.Tags {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

func (d droplet) tags() []string { return append(d.inherited(), d.Tags...) }

func dropletItems(tx *store.Tx) ([]item, error) {
	list, err := droplets(tx)
	items := make([]item, len(list))
	for i, d := range list {
		id := strconv.Itoa(d.DropletID)
		items[i] = item{
			id: id, name: d.Name, urn: godo.ToURN("Droplet", id), vpc: d.cluster.Shown.VPCUUID,
			tags: d.tags(), created: d.Created,
		}
	}
	return items, err
}

// setDropletTags stores a Droplet's own tags. Those of its pool and cluster stay:
// they would come back with the next node anyway.
func setDropletTags(c *call, id string, names []string) error {
	list, err := droplets(c.tx)
	if err != nil {
		return err
	}
	for _, d := range list {
		if strconv.Itoa(d.DropletID) != id {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(names), func(t string) bool { return slices.Contains(d.inherited(), t) })
		for p := range d.cluster.Pools {
			for n := range d.cluster.Pools[p].Nodes {
				if d.cluster.Pools[p].Nodes[n].DropletID == d.DropletID {
					d.cluster.Pools[p].Nodes[n].Tags = own
				}
			}
		}
		return clusters.Put(c.tx, d.cluster.Shown.ID, d.cluster)
	}
	return errNotFound
}

func listDroplets(c *call) (reply, error) {
	list, err := droplets(c.tx)
	if err != nil {
		return reply{}, err
	}
	shown := []godo.Droplet{}
	for _, d := range list {
		tag, name := c.query("tag_name"), c.query("name")
		if (tag == "" || slices.Contains(d.tags(), tag)) && (name == "" || d.Name == name) {
			shown = append(shown, c.showDroplet(d))
		}
	}
	return paged(c, "droplets", shown)
}

// droplet returns the Droplet of the path, or a 404.
func (c *call) droplet() (droplet, error) {
	id, err := c.number("id")
	if err != nil {
		return droplet{}, err
	}
	list, err := droplets(c.tx)
	if err != nil {
		return droplet{}, err
	}
	for _, d := range list {
		if d.DropletID == id {
			return d, nil
		}
	}
	return droplet{}, errNotFound
}

func getDroplet(c *call) (reply, error) {
	d, err := c.droplet()
	if err != nil {
		return reply{}, err
	}
	return ok("droplet", c.showDroplet(d))
}

func (c *call) showDroplet(d droplet) godo.Droplet {
	shown := godo.Droplet{
		ID: d.DropletID, Name: d.Name, SizeSlug: d.pool.Size, Status: "active",
		// DOKS's node images are named after the version, on Debian.
		Image:    &godo.Image{Name: "do-kube-" + d.cluster.Shown.VersionSlug, Distribution: "Debian"},
		Features: []string{"private_networking"}, BackupIDs: []int{}, SnapshotIDs: []int{}, VolumeIDs: []string{},
		Tags: d.tags(), VPCUUID: d.cluster.Shown.VPCUUID, Created: d.Created.Format(time.RFC3339),
		Networks: &godo.Networks{V4: []godo.NetworkV4{
			{IPAddress: d.PrivateIP, Type: "private"}, {IPAddress: d.PublicIP, Type: "public"},
		}, V6: []godo.NetworkV6{}},
	}
	if d.State == nodeProvisioning {
		shown.Status = "new"
	}
	if size, err := c.size(d.pool.Size); err == nil {
		shown.Size, shown.Memory, shown.Vcpus, shown.Disk = &size, size.Memory, size.Vcpus, size.Disk
	}
	for _, r := range regions {
		if r.Slug == d.cluster.Shown.RegionSlug {
			shown.Region = &r
		}
	}
	return shown
}
