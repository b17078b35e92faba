package api

import (
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

// snapshots are copies of volumes. Nodes of managed clusters take none.
var snapshots = store.NewCollection[godo.Snapshot]("snapshots")

func (s *Server) registerSnapshots() {
	s.addKind(kind{name: kindSnapshots, list: func(tx *store.Tx) ([]item, error) {
		all, err := snapshots.List(tx)
		items := make([]item, len(all))
		for i, v := range all {
			items[i] = item{id: v.ID, name: v.Name, tags: v.Tags}
		}
		return items, err
	}})
	s.get("/v2/snapshots", func(c *call) (reply, error) {
		return listSnapshots(c, func(v godo.Snapshot) bool {
			wanted := c.query("resource_type")
			return wanted == "" || v.ResourceType == wanted
		})
	})
	s.get("/v2/snapshots/{id}", func(c *call) (reply, error) {
		v, err := find(c, snapshots, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		return ok("snapshot", v)
	})
	s.delete("/v2/snapshots/{id}", func(c *call) (reply, error) {
		v, err := find(c, snapshots, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		if err := snapshots.Delete(c.tx, v.ID); err != nil {
			return reply{}, err
		}
		return noContent()
	})
	s.get("/v2/volumes/{id}/snapshots", func(c *call) (reply, error) {
		v, err := find(c, volumes, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		return listSnapshots(c, func(s godo.Snapshot) bool { return s.ResourceID == v.ID })
	})
	s.post("/v2/volumes/{id}/snapshots", createSnapshot)
}

func listSnapshots(c *call, keep func(godo.Snapshot) bool) (reply, error) {
	all, err := snapshots.List(c.tx)
	if err != nil {
		return reply{}, err
	}
	kept := []godo.Snapshot{}
	for _, v := range all {
		if keep(v) {
			kept = append(kept, v)
		}
	}
	return paged(c, "snapshots", kept)
}

// createSnapshot takes the size of the volume for that of the snapshot; DigitalOcean counts
// what is used of it.
func createSnapshot(c *call) (reply, error) {
	v, err := find(c, volumes, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	var req godo.SnapshotCreateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	if req.Name == "" {
		return reply{}, invalid("name is empty, want a name")
	}
	tags, err := c.ensureTags(req.Tags)
	if err != nil {
		return reply{}, err
	}
	made := godo.Snapshot{
		ID: uuid.NewString(), Name: req.Name, ResourceID: v.ID, ResourceType: "volume", Regions: []string{v.Region.Slug},
		MinDiskSize: int(v.SizeGigaBytes), SizeGigaBytes: float64(v.SizeGigaBytes), Created: c.now.Format(time.RFC3339), Tags: tags,
	}
	if err := snapshots.Put(c.tx, made.ID, made); err != nil {
		return reply{}, err
	}
	return created("snapshot", made)
}
