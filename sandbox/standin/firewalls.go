package standin

import (
	"context"

	"github.com/digitalocean/godo"
)

// inboundRule and outboundRule are the rules of a firewall.
type inboundRule struct {
	Protocol               string   `json:"protocol"`
	PortRange              string   `json:"portRange,omitempty"`
	SourceAddresses        []string `json:"sourceAddresses,omitempty"`
	SourceTags             []string `json:"sourceTags,omitempty"`
	SourceLoadBalancerUids []string `json:"sourceLoadBalancerUids,omitempty"`
}

type outboundRule struct {
	Protocol             string   `json:"protocol"`
	PortRange            string   `json:"portRange,omitempty"`
	DestinationAddresses []string `json:"destinationAddresses,omitempty"`
	DestinationTags      []string `json:"destinationTags,omitempty"`
}

// pendingChange is a Droplet that a firewall is being applied to.
type pendingChange struct {
	DropletID int    `json:"dropletId"`
	Removing  bool   `json:"removing"`
	Status    string `json:"status"`
}

// firewallState is digitalocean.Firewall, found by tag, as the program makes them.
type firewallState struct {
	Name           string          `json:"name"`
	Tags           []string        `json:"tags,omitempty" pulumi:"set"`
	InboundRules   []inboundRule   `json:"inboundRules,omitempty" pulumi:"set"`
	OutboundRules  []outboundRule  `json:"outboundRules,omitempty" pulumi:"set"`
	Status         string          `json:"status" pulumi:"output"`
	CreatedAt      string          `json:"createdAt" pulumi:"output"`
	PendingChanges []pendingChange `json:"pendingChanges" pulumi:"output"`
}

// everyPort is how a program writes every port; the API answers "0" for it, and for
// the ports of icmp, which has none.
const everyPort, everyPortAnswer = "all", "0"

func portsOf(protocol, answer string) string {
	switch {
	case protocol == "icmp":
		return ""
	case answer == everyPortAnswer:
		return everyPort
	default:
		return answer
	}
}

func (s firewallState) request() *godo.FirewallRequest {
	req := &godo.FirewallRequest{Name: s.Name, Tags: s.Tags}
	for _, r := range s.InboundRules {
		req.InboundRules = append(req.InboundRules, godo.InboundRule{
			Protocol: r.Protocol, PortRange: r.PortRange,
			Sources: &godo.Sources{Addresses: r.SourceAddresses, Tags: r.SourceTags, LoadBalancerUIDs: r.SourceLoadBalancerUids},
		})
	}
	for _, r := range s.OutboundRules {
		req.OutboundRules = append(req.OutboundRules, godo.OutboundRule{
			Protocol: r.Protocol, PortRange: r.PortRange,
			Destinations: &godo.Destinations{Addresses: r.DestinationAddresses, Tags: r.DestinationTags},
		})
	}
	return req
}

var firewall = of[firewallState]{
	make: func(ctx context.Context, c *clients, in firewallState) (string, error) {
		made, _, err := c.Firewalls.Create(ctx, in.request())
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	look: func(ctx context.Context, c *clients, id string, _ firewallState) (firewallState, error) {
		f, _, err := c.Firewalls.Get(ctx, id)
		if err != nil {
			return firewallState{}, err
		}
		s := firewallState{Name: f.Name, Tags: f.Tags, Status: f.Status, CreatedAt: f.Created, PendingChanges: []pendingChange{}}
		for _, r := range f.InboundRules {
			s.InboundRules = append(s.InboundRules, inboundRule{
				Protocol: r.Protocol, PortRange: portsOf(r.Protocol, r.PortRange), SourceAddresses: r.Sources.Addresses,
				SourceTags: r.Sources.Tags, SourceLoadBalancerUids: r.Sources.LoadBalancerUIDs,
			})
		}
		for _, r := range f.OutboundRules {
			s.OutboundRules = append(s.OutboundRules, outboundRule{
				Protocol: r.Protocol, PortRange: portsOf(r.Protocol, r.PortRange),
				DestinationAddresses: r.Destinations.Addresses, DestinationTags: r.Destinations.Tags,
			})
		}
		for _, p := range f.PendingChanges {
			s.PendingChanges = append(s.PendingChanges, pendingChange{p.DropletID, p.Removing, p.Status})
		}
		return s, nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ firewallState) error {
		_, _, err := c.Firewalls.Update(ctx, id, in.request())
		return err
	},
	remove: func(ctx context.Context, c *clients, id string, _ firewallState) error {
		_, err := c.Firewalls.Delete(ctx, id)
		return err
	},
}
