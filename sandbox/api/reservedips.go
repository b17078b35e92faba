package api

import (
	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

var reservedIPs = store.NewCollection[godo.ReservedIP]("reserved_ips")

func (s *Server) registerReservedIPs() {
	register(s, simple[godo.ReservedIP, godo.ReservedIPCreateRequest]{
		path: "/v2/reserved_ips", one: "reserved_ip", many: "reserved_ips", inventory: "reserved_ips",
		items: reservedIPs, id: func(r godo.ReservedIP) string { return r.IP }, async: true, inProjects: true,
		describe: func(r godo.ReservedIP) item { return item{id: r.IP, name: r.IP, urn: r.URN()} },
		make: func(c *call, req godo.ReservedIPCreateRequest) (godo.ReservedIP, error) {
			if req.DropletID != 0 {
				// docs.digitalocean.com/products/networking/reserved-ips/details/limits
				return godo.ReservedIP{}, invalid("Droplet %d is a Kubernetes worker node, which takes no reserved IP", req.DropletID)
			}
			region, err := openRegion(req.Region)
			if err != nil {
				return godo.ReservedIP{}, err
			}
			ip, err := c.publicIP()
			return godo.ReservedIP{IP: ip, Region: &region, ProjectID: req.ProjectID}, err
		},
	})
	s.post("/v2/reserved_ips/{id}/actions", func(c *call) (reply, error) {
		r, err := find(c, reservedIPs, c.param("id"))
		if err != nil {
			return reply{}, err
		}
		var req struct {
			Type      string `json:"type"`
			DropletID int    `json:"droplet_id"`
		}
		if err := c.decode(&req); err != nil {
			return reply{}, err
		}
		switch req.Type {
		case "unassign":
			return reply{}, invalid("reserved IP %s is not assigned", r.IP)
		case "assign":
			if !c.dropletExists(req.DropletID) {
				return reply{}, invalid("Droplet %d does not exist", req.DropletID)
			}
			return reply{}, invalid("Droplet %d is a Kubernetes worker node, which takes no reserved IP", req.DropletID)
		default:
			return reply{}, invalid("type %q is invalid, want assign or unassign", req.Type)
		}
	})
}
