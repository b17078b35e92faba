package api

import (
	"github.com/digitalocean/godo"
	"github.com/google/uuid"
)

// newVPC stores a VPC whose name and region have been checked.
func (c *call) newVPC(req godo.VPCCreateRequest) (godo.VPC, error) {
	ipRange, err := c.vpcRange(req.IPRange)
	if err != nil {
		return godo.VPC{}, err
	}
	v := godo.VPC{
		ID:          uuid.NewString(),
		Name:        req.Name,
		Description: req.Description,
		IPRange:     ipRange.String(),
		RegionSlug:  req.RegionSlug,
		CreatedAt:   c.now,
	}
	v.URN = godo.ToURN("vpc", v.ID)
	return v, vpcs.Put(c.tx, v.ID, v)
}

// defaultVPC returns the region's default VPC, and makes it when it is missing.
func (c *call) defaultVPC(region string) (godo.VPC, error) {
	list, err := vpcs.List(c.tx)
	if err != nil {
		return godo.VPC{}, err
	}
	for _, v := range list {
		if v.RegionSlug == region && v.Default {
			return v, nil
		}
	}
	v, err := c.newVPC(godo.VPCCreateRequest{Name: "default-" + region, RegionSlug: region})
	if err != nil {
		return v, err
	}
	v.Default = true
	return v, vpcs.Put(c.tx, v.ID, v)
}

// vpcOrDefault returns the VPC with this ID, or the region's default VPC when id
// is empty. A VPC of another region is a 422.
func (c *call) vpcOrDefault(id, region string) (godo.VPC, error) {
	if id == "" {
		return c.defaultVPC(region)
	}
	v, found, err := vpcs.Get(c.tx, id)
	switch {
	case err != nil:
		return v, err
	case !found:
		return v, invalid("vpc_uuid %q is invalid: there is no such VPC", id)
	case v.RegionSlug != region:
		return v, invalid("vpc_uuid %q is invalid: the VPC is in region %q, want %q", id, v.RegionSlug, region)
	}
	return v, nil
}
