package standin

import (
	"context"

	"github.com/digitalocean/godo"
)

// domainState is digitalocean.Domain. Its id is its name.
type domainState struct {
	Name string `json:"name" pulumi:"required,replace"`
	// IPAddress is for an A record of the domain itself; the API never tells it.
	IPAddress string `json:"ipAddress" pulumi:"cleared,replace"`
	DomainURN string `json:"domainUrn" pulumi:"output"`
	TTL       int    `json:"ttl" pulumi:"output"`
}

var domain = of[domainState]{
	make: func(ctx context.Context, c *clients, in domainState) (string, error) {
		made, _, err := c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: in.Name, IPAddress: in.IPAddress})
		if err != nil {
			return "", err
		}
		return made.Name, nil
	},
	look: func(ctx context.Context, c *clients, id string, old domainState) (domainState, error) {
		d, _, err := c.Domains.Get(ctx, id)
		if err != nil {
			return domainState{}, err
		}
		return domainState{Name: d.Name, IPAddress: old.IPAddress, DomainURN: d.URN(), TTL: d.TTL}, nil
	},
	remove: func(ctx context.Context, c *clients, id string, _ domainState) error {
		_, err := c.Domains.Delete(ctx, id)
		return err
	},
}
