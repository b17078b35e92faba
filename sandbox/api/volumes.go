package api

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

var volumes = store.NewCollection[godo.Volume]("volumes")

// actions are what has been done to Droplets' volumes and reserved IPs. Here they are
// completed at once.
var actions = store.NewCollection[godo.Action]("actions")

// volumeName and maxVolumeGiB are DigitalOcean's: lower-case letters, digits and
// dashes, starting with a letter (volume_base.yml), and 16 TiB
// (docs.digitalocean.com/products/volumes/details/limits).
var volumeName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

const maxVolumeGiB = 16 * 1024

func (s *Server) registerVolumes() {
	register(s, simple[godo.Volume, godo.VolumeCreateRequest]{
		path: "/v2/volumes", one: "volume", many: "volumes", inventory: "volumes",
		items: volumes, id: func(v godo.Volume) string { return v.ID }, inProjects: true,
		byName:   func(v godo.Volume) string { return v.Name },
		byRegion: func(v godo.Volume) string { return v.Region.Slug },
		describe: func(v godo.Volume) item {
			return item{id: v.ID, name: v.Name, urn: v.URN(), tags: v.Tags, created: v.CreatedAt}
		},
		tagType: "volume",
		setTags: func(c *call, id string, tags []string) error {
			v, err := find(c, volumes, id)
			if err != nil {
				return err
			}
			v.Tags = tags
			return volumes.Put(c.tx, id, v)
		},
		make: makeVolume,
		drop: func(_ *call, v godo.Volume) error {
			if len(v.DropletIDs) > 0 {
				return conflict("volume %q is attached to Droplet %d, detach it first", v.Name, v.DropletIDs[0])
			}
			return nil
		},
	})
	s.post("/v2/volumes/{id}/actions", volumeAction)
	s.get("/v2/volumes/{id}/actions/{action}", func(c *call) (reply, error) {
		a, err := find(c, actions, c.param("action"))
		if err != nil {
			return reply{}, err
		}
		return ok("action", a)
	})
	s.get("/v2/actions/{id}", func(c *call) (reply, error) {
		a, err := find(c, actions, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		return ok("action", a)
	})
}

func makeVolume(c *call, req godo.VolumeCreateRequest) (godo.Volume, error) {
	v := godo.Volume{ID: uuid.NewString(), Name: req.Name, CreatedAt: c.now, DropletIDs: []int{}}
	region, err := openRegion(req.Region)
	if err != nil {
		return v, err
	}
	if !volumeName.MatchString(req.Name) {
		return v, invalid("name %q is invalid, want lower-case letters, digits and dashes, starting with a letter, at most 64", req.Name)
	}
	// A name is unique within its region.
	all, err := volumes.List(c.tx)
	if err != nil {
		return v, err
	}
	if slices.ContainsFunc(all, func(o godo.Volume) bool { return o.Name == req.Name && o.Region.Slug == region.Slug }) {
		return v, conflict("name %q is already in use in region %s", req.Name, region.Slug)
	}
	if req.SizeGigaBytes < 1 || req.SizeGigaBytes > maxVolumeGiB {
		return v, invalid("size_gigabytes is %d, want 1 to %d", req.SizeGigaBytes, maxVolumeGiB)
	}
	if !slices.Contains([]string{"", "ext4", "xfs"}, req.FilesystemType) {
		return v, invalid("filesystem_type %q is invalid, want ext4 or xfs", req.FilesystemType)
	}
	if v.Tags, err = c.ensureTags(req.Tags); err != nil {
		return v, err
	}
	v.Region, v.SizeGigaBytes, v.Description = &region, req.SizeGigaBytes, req.Description
	v.FilesystemType, v.FilesystemLabel = req.FilesystemType, req.FilesystemLabel
	return v, nil
}

func volumeAction(c *call) (reply, error) {
	v, err := find(c, volumes, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	var req struct {
		Type          string `json:"type"`
		DropletID     int    `json:"droplet_id"`
		SizeGigabytes int64  `json:"size_gigabytes"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	switch req.Type {
	case "attach":
		if len(v.DropletIDs) > 0 {
			return reply{}, invalid("volume %q is attached to Droplet %d already", v.Name, v.DropletIDs[0])
		}
		if !c.dropletExists(req.DropletID) {
			return reply{}, invalid("Droplet %d does not exist", req.DropletID)
		}
		v.DropletIDs = []int{req.DropletID}
	case "detach":
		if !slices.Contains(v.DropletIDs, req.DropletID) {
			return reply{}, invalid("volume %q is not attached to Droplet %d", v.Name, req.DropletID)
		}
		v.DropletIDs = []int{}
	case "resize":
		if req.SizeGigabytes <= v.SizeGigaBytes || req.SizeGigabytes > maxVolumeGiB {
			return reply{}, invalid("size_gigabytes is %d, want more than %d and at most %d", req.SizeGigabytes, v.SizeGigaBytes, maxVolumeGiB)
		}
		v.SizeGigaBytes = req.SizeGigabytes
	default:
		return reply{}, invalid("type %q is invalid, want attach, detach or resize", req.Type)
	}
	if err := volumes.Put(c.tx, v.ID, v); err != nil {
		return reply{}, err
	}
	return c.done(req.Type+"_volume", "backend", v.Region)
}

// done stores a completed action and answers with it.
func (c *call) done(kind, resource string, region *godo.Region) (reply, error) {
	id, err := c.tx.NextID("actions", 1)
	if err != nil {
		return reply{}, err
	}
	now := &godo.Timestamp{Time: c.now}
	a := godo.Action{
		ID: id, Status: godo.ActionCompleted, Type: kind, StartedAt: now, CompletedAt: now,
		ResourceType: resource, Region: region, RegionSlug: region.Slug,
	}
	if err := actions.Put(c.tx, strconv.Itoa(id), a); err != nil {
		return reply{}, err
	}
	return object(http.StatusAccepted, "action", a), nil
}

// dropletExists reports whether there is such a Droplet.
func (c *call) dropletExists(id int) bool {
	all, err := droplets(c.tx)
	return err == nil && slices.ContainsFunc(all, func(d droplet) bool { return d.DropletID == id })
}
