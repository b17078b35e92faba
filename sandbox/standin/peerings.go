package standin

import (
	"context"
	"slices"

	"github.com/digitalocean/godo"
)

// peeringState is digitalocean.VpcPeering.
type peeringState struct {
	Name      string   `json:"name"`
	VpcIDs    []string `json:"vpcIds" pulumi:"required,replace,set"`
	Status    string   `json:"status" pulumi:"output"`
	CreatedAt string   `json:"createdAt" pulumi:"output"`
}

var peering = of[peeringState]{
	make: func(ctx context.Context, c *clients, in peeringState) (string, error) {
		made, _, err := c.VPCs.CreateVPCPeering(ctx, &godo.VPCPeeringCreateRequest{Name: in.Name, VPCIDs: in.VpcIDs})
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	wait: func(ctx context.Context, c *clients, id string, _ peeringState) error {
		return until(ctx, func() (bool, error) {
			p, _, err := c.VPCs.GetVPCPeering(ctx, id)
			return err == nil && p.Status == "ACTIVE", err
		})
	},
	look: func(ctx context.Context, c *clients, id string, _ peeringState) (peeringState, error) {
		p, _, err := c.VPCs.GetVPCPeering(ctx, id)
		if err != nil {
			return peeringState{}, err
		}
		slices.Sort(p.VPCIDs)
		return peeringState{Name: p.Name, VpcIDs: p.VPCIDs, Status: p.Status, CreatedAt: p.CreatedAt.UTC().String()}, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ peeringState) error {
		_, _, err := c.VPCs.UpdateVPCPeering(ctx, id, &godo.VPCPeeringUpdateRequest{Name: in.Name})
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ peeringState) error {
		if _, err := c.VPCs.DeleteVPCPeering(ctx, id); err != nil {
			return err
		}
		return untilGone(ctx, func() error {
			_, _, err := c.VPCs.GetVPCPeering(ctx, id)
			return err
		})
	},
}
