package standin

import (
	"context"

	"github.com/digitalocean/godo"
)

// uptimeCheckState is digitalocean.UptimeCheck.
type uptimeCheckState struct {
	Name    string   `json:"name"`
	Target  string   `json:"target" pulumi:"required"`
	Type    string   `json:"type" pulumi:"cleared"`
	Enabled *bool    `json:"enabled" pulumi:"cleared"`
	Regions []string `json:"regions,omitempty" pulumi:"set"`
}

var uptimeCheck = of[uptimeCheckState]{
	defaults: func(s *uptimeCheckState) { // the official provider's
		if s.Type == "" {
			s.Type = "https"
		}
		if s.Enabled == nil {
			yes := true
			s.Enabled = &yes
		}
	},
	make: func(ctx context.Context, c *clients, in uptimeCheckState) (string, error) {
		made, _, err := c.UptimeChecks.Create(ctx, &godo.CreateUptimeCheckRequest{
			Name: in.Name, Target: in.Target, Type: in.Type, Enabled: *in.Enabled, Regions: in.Regions,
		})
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	look: func(ctx context.Context, c *clients, id string, _ uptimeCheckState) (uptimeCheckState, error) {
		u, _, err := c.UptimeChecks.Get(ctx, id)
		if err != nil {
			return uptimeCheckState{}, err
		}
		return uptimeCheckState{Name: u.Name, Target: u.Target, Type: u.Type, Enabled: &u.Enabled, Regions: u.Regions}, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ uptimeCheckState) error {
		_, _, err := c.UptimeChecks.Update(ctx, id, &godo.UpdateUptimeCheckRequest{
			Name: in.Name, Target: in.Target, Type: in.Type, Enabled: *in.Enabled, Regions: in.Regions,
		})
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ uptimeCheckState) error {
		_, err := c.UptimeChecks.Delete(ctx, id)
		return err
	},
}
