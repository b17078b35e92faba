package api

import (
	"regexp"
	"strings"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

var vpcs = store.NewCollection[godo.VPC]("vpcs")

func (s *Server) registerVPCs() {
	s.addKind(kind{name: "vpcs", list: vpcItems})
	s.get("/v2/vpcs", listVPCs)
	s.post("/v2/vpcs", createVPC)
	s.get("/v2/vpcs/{id}", getVPC)
	s.put("/v2/vpcs/{id}", replaceVPC)
	s.patch("/v2/vpcs/{id}", patchVPC)
	s.delete("/v2/vpcs/{id}", deleteVPC)
	s.get("/v2/vpcs/{id}/members", listVPCMembers)
}

func vpcItems(tx *store.Tx) ([]item, error) {
	list, err := vpcs.List(tx)
	items := make([]item, len(list))
	for i, v := range list {
		items[i] = item{id: v.ID, name: v.Name, urn: v.URN, created: v.CreatedAt, builtin: v.Default}
	}
	return items, err
}

func listVPCs(c *call) (reply, error) {
	list, err := vpcs.List(c.tx)
	if err != nil {
		return reply{}, err
	}
	return paged(c, "vpcs", list)
}

func getVPC(c *call) (reply, error) {
	v, err := find(c, vpcs, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	return ok("vpc", v)
}

// vpcName is the pattern of a VPC's name in DigitalOcean's OpenAPI document
// (specification/resources/vpcs/models/vpc.yml); the peerings' has no periods.
var vpcName = regexp.MustCompile(`^[a-zA-Z0-9.-]+$`)

// checkVPC checks name and description of the VPC with this ID, "" for a new one.
func (c *call) checkVPC(id, name, description string) error {
	if !vpcName.MatchString(name) {
		return invalid("name %q is invalid, want letters, digits, dashes and periods only", name)
	}
	if len(description) > 255 { // vpc.yml: maxLength 255
		return invalid("description has %d characters, want at most 255", len(description))
	}
	list, err := vpcs.List(c.tx)
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.ID != id && strings.EqualFold(v.Name, name) {
			return invalid("name %q is already in use by VPC %s", name, v.ID)
		}
	}
	return nil
}

func createVPC(c *call) (reply, error) {
	var req godo.VPCCreateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	if err := c.checkVPC("", req.Name, req.Description); err != nil {
		return reply{}, err
	}
	if _, err := openRegion(req.RegionSlug); err != nil {
		return reply{}, err
	}
	// Every account has a default VPC in each region it uses, and it is not the
	// one that a program creates and wants to delete again.
	if _, err := c.defaultVPC(req.RegionSlug); err != nil {
		return reply{}, err
	}
	v, err := c.newVPC(req)
	if err != nil {
		return reply{}, err
	}
	return created("vpc", v)
}

func replaceVPC(c *call) (reply, error) {
	var req godo.VPCUpdateRequest
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	return changeVPC(c, &req.Name, &req.Description, req.Default)
}

func patchVPC(c *call) (reply, error) {
	var req struct {
		Name        *string `json:"name"`
		Description *string `json:"description"`
		Default     *bool   `json:"default"`
	}
	if err := c.decode(&req); err != nil {
		return reply{}, err
	}
	return changeVPC(c, req.Name, req.Description, req.Default)
}

func changeVPC(c *call, name, description *string, isDefault *bool) (reply, error) {
	v, err := find(c, vpcs, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	if name != nil {
		v.Name = *name
	}
	if description != nil {
		v.Description = *description
	}
	if err := c.checkVPC(v.ID, v.Name, v.Description); err != nil {
		return reply{}, err
	}
	if isDefault != nil && *isDefault != v.Default {
		if v.Default {
			return reply{}, invalid("default is false, want true: make another VPC of the region the default instead")
		}
		old, err := c.defaultVPC(v.RegionSlug)
		if err != nil {
			return reply{}, err
		}
		old.Default, v.Default = false, true
		if err := vpcs.Put(c.tx, old.ID, old); err != nil {
			return reply{}, err
		}
	}
	if err := vpcs.Put(c.tx, v.ID, v); err != nil {
		return reply{}, err
	}
	return ok("vpc", v)
}

// deleteVPC refuses a default VPC with 403 and one with members with 409: see
// digitalocean/doctl#930 and pulumi/pulumi-digitalocean#753.
func deleteVPC(c *call) (reply, error) {
	v, err := find(c, vpcs, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	if v.Default {
		return reply{}, forbidden("Can not delete default VPCs")
	}
	members, err := c.members(v.ID)
	if err != nil {
		return reply{}, err
	}
	if len(members) > 0 {
		return reply{}, conflict("Can not delete VPC with members")
	}
	peered, err := c.peeringsOf(v.ID)
	if err != nil {
		return reply{}, err
	}
	if len(peered) > 0 {
		return reply{}, conflict("Can not delete VPC with peerings")
	}
	if err := vpcs.Delete(c.tx, v.ID); err != nil {
		return reply{}, err
	}
	return noContent()
}

// members returns what is in a VPC.
func (c *call) members(id string) ([]item, error) {
	all, err := c.items(func(kind) bool { return true })
	var in []item
	for _, i := range all {
		if i.vpc == id {
			in = append(in, i)
		}
	}
	return in, err
}

func listVPCMembers(c *call) (reply, error) {
	v, err := find(c, vpcs, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	in, err := c.members(v.ID)
	if err != nil {
		return reply{}, err
	}
	list := []godo.VPCMember{}
	for _, i := range in {
		if t := c.query("resource_type"); t == "" || strings.HasPrefix(i.urn, "do:"+t+":") {
			list = append(list, godo.VPCMember{URN: i.urn, Name: i.name, CreatedAt: i.created})
		}
	}
	return paged(c, "members", list)
}

// find returns the value with this key, or a 404.
func find[T any](c *call, from store.Collection[T], key string) (T, error) {
	value, found, err := from.Get(c.tx, key)
	if err == nil && !found {
		err = errNotFound
	}
	return value, err
}
