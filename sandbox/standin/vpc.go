package standin

import (
	"context"

	"github.com/digitalocean/godo"
)

// vpcState is digitalocean.Vpc.
type vpcState struct {
	Name        string `json:"name" pulumi:""`
	Region      string `json:"region" pulumi:"required,replace"`
	IPRange     string `json:"ipRange,omitempty" pulumi:"replace"`
	Description string `json:"description,omitempty"`
	CreatedAt   string `json:"createdAt,omitempty" pulumi:"output"`
	Default     bool   `json:"default" pulumi:"output"`
	VpcURN      string `json:"vpcUrn,omitempty" pulumi:"output"`
}

var vpc = of[vpcState]{
	make: func(ctx context.Context, c *clients, in vpcState) (string, error) {
		made, _, err := c.VPCs.Create(ctx, &godo.VPCCreateRequest{
			Name: in.Name, RegionSlug: in.Region, IPRange: in.IPRange, Description: in.Description,
		})
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	look: func(ctx context.Context, c *clients, id string, _ vpcState) (vpcState, error) {
		v, _, err := c.VPCs.Get(ctx, id)
		if err != nil {
			return vpcState{}, err
		}
		return vpcState{
			Name: v.Name, Region: v.RegionSlug, IPRange: v.IPRange, Description: v.Description,
			CreatedAt: v.CreatedAt.UTC().String(), Default: v.Default, VpcURN: v.URN,
		}, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ vpcState) error {
		_, _, err := c.VPCs.Update(ctx, id, &godo.VPCUpdateRequest{Name: in.Name, Description: in.Description})
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ vpcState) error {
		// Members that were deleted a moment ago may still be leaving.
		return until(ctx, func() (bool, error) {
			response, err := c.VPCs.Delete(ctx, id)
			const forbidden, conflict = 403, 409
			if err != nil && response != nil && (response.StatusCode == forbidden || response.StatusCode == conflict) {
				return false, nil
			}
			return err == nil, err
		})
	},
}
