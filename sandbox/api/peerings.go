package api

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

// The states of a peering: the status field in DigitalOcean's OpenAPI document
// (specification/resources/vpc_peerings/models/vpc_peering.yml).
const (
	peeringProvisioning = "PROVISIONING"
	peeringActive       = "ACTIVE"
	peeringDeleting     = "DELETING"
)

var peerings = store.NewCollection[godo.VPCPeering]("vpc_peerings")

func (s *Server) registerPeerings() {
	s.addKind(kind{name: "vpc_peerings", list: peeringItems})
	s.delays.declare("vpc_peering", "vpc_peering_delete")
	s.onTask("vpc_peering.activate", activatePeering)
	s.onTask("vpc_peering.delete", func(c *call, id string) error { return peerings.Delete(c.tx, id) })
	s.get("/v2/vpc_peerings", listPeerings)
	s.post("/v2/vpc_peerings", createPeering)
	s.get("/v2/vpc_peerings/{id}", getPeering)
	s.patch("/v2/vpc_peerings/{id}", renamePeering)
	s.delete("/v2/vpc_peerings/{id}", deletePeering)
	s.get("/v2/vpcs/{vpc}/peerings", listPeeringsOfVPC)
	s.post("/v2/vpcs/{vpc}/peerings", createPeeringOfVPC)
	s.patch("/v2/vpcs/{vpc}/peerings/{id}", renamePeering)
}

func peeringItems(tx *store.Tx) ([]item, error) {
	list, err := peerings.List(tx)
	items := make([]item, len(list))
	for i, p := range list {
		items[i] = item{id: p.ID, name: p.Name, created: p.CreatedAt}
	}
	return items, err
}

func (c *call) peeringsOf(vpcID string) ([]godo.VPCPeering, error) {
	list, err := peerings.List(c.tx)
	return slices.DeleteFunc(list, func(p godo.VPCPeering) bool { return !slices.Contains(p.VPCIDs, vpcID) }), err
}

func listPeerings(c *call) (reply, error) {
	list, err := peerings.List(c.tx)
	if err != nil {
		return reply{}, err
	}
	return paged(c, "vpc_peerings", list)
}

func listPeeringsOfVPC(c *call) (reply, error) {
	v, err := find(c, vpcs, c.param("vpc"))
	if err != nil {
		return reply{}, err
	}
	list, err := c.peeringsOf(v.ID)
	if err != nil {
		return reply{}, err
	}
	return paged(c, "vpc_peerings", list)
}

func getPeering(c *call) (reply, error) {
	p, err := find(c, peerings, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	return ok("vpc_peering", p)
}

func createPeering(c *call) (reply, error) {
	var req godo.VPCPeeringCreateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	p, err := c.newPeering(req.Name, req.VPCIDs)
	if err != nil {
		return reply{}, err
	}
	return accepted("vpc_peering", p)
}

func createPeeringOfVPC(c *call) (reply, error) {
	v, err := find(c, vpcs, c.param("vpc"))
	if err != nil {
		return reply{}, err
	}
	var req godo.VPCPeeringCreateRequestByVPCID
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	p, err := c.newPeering(req.Name, []string{v.ID, req.VPCID})
	if err != nil {
		return reply{}, err
	}
	return accepted("vpc_peering", p)
}

// peeringName is the pattern of a peering's name in vpc_peering.yml.
var peeringName = regexp.MustCompile(`^[a-zA-Z0-9-]+$`)

// checkPeeringName checks the name of the peering with this ID, "" for a new one.
func (c *call) checkPeeringName(id, name string) error {
	if !peeringName.MatchString(name) {
		return invalid("name %q is invalid, want letters, digits and dashes only", name)
	}
	list, err := peerings.List(c.tx)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.ID != id && p.Name == name {
			return invalid("name %q is already in use by VPC peering %s", name, p.ID)
		}
	}
	return nil
}

// newPeering checks what DigitalOcean's documentation asks for
// (https://docs.digitalocean.com/products/networking/vpc/how-to/create-peering/):
// two VPCs that are not peered yet, and no peering between blr1 and another region.
// Their ranges do not overlap either, but createVPC sees to that for the account.
func (c *call) newPeering(name string, vpcIDs []string) (godo.VPCPeering, error) {
	var none godo.VPCPeering
	if err := c.checkPeeringName("", name); err != nil {
		return none, err
	}
	if len(vpcIDs) != 2 || vpcIDs[0] == vpcIDs[1] {
		return none, invalid("vpc_ids is %q, want the IDs of two different VPCs", vpcIDs)
	}
	var ends [2]godo.VPC
	for i, id := range vpcIDs {
		v, found, err := vpcs.Get(c.tx, id)
		if err != nil {
			return none, err
		}
		if !found {
			return none, apiError(http.StatusNotFound, "vpc_ids: there is no VPC %q", id)
		}
		ends[i] = v
	}
	a, b := ends[0], ends[1]
	if a.RegionSlug != b.RegionSlug && (a.RegionSlug == "blr1" || b.RegionSlug == "blr1") {
		return none, invalid("vpc_ids: a VPC in blr1 cannot be peered with one in another region, have %q and %q", a.RegionSlug, b.RegionSlug)
	}
	list, err := c.peeringsOf(a.ID)
	if err != nil {
		return none, err
	}
	for _, p := range list {
		if slices.Contains(p.VPCIDs, b.ID) {
			return none, conflict("vpc_ids: the VPCs are peered already by %q", p.Name)
		}
	}
	p := godo.VPCPeering{ID: uuid.NewString(), Name: name, VPCIDs: vpcIDs, CreatedAt: c.now, Status: peeringProvisioning}
	if err := c.later("vpc_peering.activate", p.ID, "vpc_peering"); err != nil {
		return none, err
	}
	return p, peerings.Put(c.tx, p.ID, p)
}

func activatePeering(c *call, id string) error {
	p, found, err := peerings.Get(c.tx, id)
	if err != nil || !found || p.Status != peeringProvisioning {
		return err
	}
	p.Status = peeringActive
	return peerings.Put(c.tx, id, p)
}

func renamePeering(c *call) (reply, error) {
	p, err := find(c, peerings, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	if vpc := c.param("vpc"); vpc != "" && !slices.Contains(p.VPCIDs, vpc) {
		return reply{}, errNotFound
	}
	var req godo.VPCPeeringUpdateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	if err := c.checkPeeringName(p.ID, req.Name); err != nil {
		return reply{}, err
	}
	p.Name = req.Name
	if err := peerings.Put(c.tx, p.ID, p); err != nil {
		return reply{}, err
	}
	return ok("vpc_peering", p)
}

func deletePeering(c *call) (reply, error) {
	p, err := find(c, peerings, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	if p.Status != peeringDeleting {
		p.Status = peeringDeleting
		if err := peerings.Put(c.tx, p.ID, p); err != nil {
			return reply{}, err
		}
		if err := c.later("vpc_peering.delete", p.ID, "vpc_peering_delete"); err != nil {
			return reply{}, err
		}
	}
	return accepted("vpc_peering", p)
}
