package api

import (
	"slices"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"

	"github.com/gomeet/infra/sandbox/store"
)

var firewalls = store.NewCollection[godo.Firewall]("firewalls")

func (s *Server) registerFirewalls() {
	register(s, simple[godo.Firewall, godo.FirewallRequest]{
		path: "/v2/firewalls", one: "firewall", many: "firewalls", inventory: "firewalls",
		items: firewalls, id: func(f godo.Firewall) string { return f.ID }, async: true,
		describe: func(f godo.Firewall) item {
			return item{id: f.ID, name: f.Name, urn: f.URN(), created: parsed(f.Created)}
		},
		make: func(c *call, req godo.FirewallRequest) (godo.Firewall, error) {
			f := godo.Firewall{ID: uuid.NewString(), Status: "succeeded", Created: c.now.Format(time.RFC3339)}
			return c.fillFirewall(f, req)
		},
		edit: (*call).fillFirewall,
	})
	for path, change := range map[string]func(*godo.Firewall, firewallParts, bool){
		"droplets": func(f *godo.Firewall, p firewallParts, add bool) {
			f.DropletIDs = joined(f.DropletIDs, p.DropletIDs, add)
		},
		"tags":  func(f *godo.Firewall, p firewallParts, add bool) { f.Tags = joined(f.Tags, p.Tags, add) },
		"rules": changeRules,
	} {
		s.post("/v2/firewalls/{id}/"+path, func(c *call) (reply, error) { return c.changeFirewall(change, true) })
		s.delete("/v2/firewalls/{id}/"+path, func(c *call) (reply, error) { return c.changeFirewall(change, false) })
	}
}

// firewallParts is the body of the requests that change a part of a firewall.
type firewallParts struct {
	DropletIDs    []int               `json:"droplet_ids"`
	Tags          []string            `json:"tags"`
	InboundRules  []godo.InboundRule  `json:"inbound_rules"`
	OutboundRules []godo.OutboundRule `json:"outbound_rules"`
}

func (c *call) fillFirewall(f godo.Firewall, req godo.FirewallRequest) (godo.Firewall, error) {
	if err := unused(c, firewalls, f.ID, req.Name, func(o godo.Firewall) (string, string) { return o.ID, o.Name }); err != nil {
		return f, err
	}
	if len(req.InboundRules)+len(req.OutboundRules) == 0 {
		return f, invalid("inbound_rules and outbound_rules are both empty, want at least one rule")
	}
	for _, r := range req.InboundRules {
		if err := checkRule("inbound", r.Protocol, r.PortRange, r.Sources == nil); err != nil {
			return f, err
		}
	}
	for _, r := range req.OutboundRules {
		if err := checkRule("outbound", r.Protocol, r.PortRange, r.Destinations == nil); err != nil {
			return f, err
		}
	}
	tags, err := c.ensureTags(req.Tags)
	if err != nil {
		return f, err
	}
	for i := range req.InboundRules {
		req.InboundRules[i].PortRange = answeredPorts(req.InboundRules[i].PortRange)
	}
	for i := range req.OutboundRules {
		req.OutboundRules[i].PortRange = answeredPorts(req.OutboundRules[i].PortRange)
	}
	f.Name, f.InboundRules, f.OutboundRules = req.Name, req.InboundRules, req.OutboundRules
	f.DropletIDs, f.Tags, f.PendingChanges = req.DropletIDs, tags, []godo.PendingChange{}
	return f, nil
}

// answeredPorts is how DigitalOcean answers a port range: "0" for every port, and for
// icmp, which has none (flattenFirewallInboundRules of the Terraform provider).
func answeredPorts(asked string) string {
	if asked == "all" || asked == "" {
		return "0"
	}
	return asked
}

func checkRule(direction, protocol, ports string, open bool) error {
	if !slices.Contains([]string{"tcp", "udp", "icmp"}, protocol) {
		return invalid("protocol %q of an %s rule is invalid, want tcp, udp or icmp", protocol, direction)
	}
	if protocol != "icmp" && ports == "" {
		return invalid("ports of an %s rule is empty, want a port, a range or all", direction)
	}
	if open {
		return invalid("an %s rule names nobody, want sources or destinations", direction)
	}
	return nil
}

func (c *call) changeFirewall(change func(*godo.Firewall, firewallParts, bool), add bool) (reply, error) {
	f, err := find(c, firewalls, c.param("id"))
	if err != nil {
		return reply{}, err
	}
	var parts firewallParts
	if err := c.decode(&parts); err != nil {
		return reply{}, err
	}
	if _, err := c.ensureTags(parts.Tags); err != nil {
		return reply{}, err
	}
	change(&f, parts, add)
	if err := firewalls.Put(c.tx, f.ID, f); err != nil {
		return reply{}, err
	}
	return noContent()
}

func changeRules(f *godo.Firewall, p firewallParts, add bool) {
	f.InboundRules = slices.DeleteFunc(f.InboundRules, func(r godo.InboundRule) bool {
		return slices.ContainsFunc(p.InboundRules, func(o godo.InboundRule) bool { return o.Protocol == r.Protocol && o.PortRange == r.PortRange })
	})
	f.OutboundRules = slices.DeleteFunc(f.OutboundRules, func(r godo.OutboundRule) bool {
		return slices.ContainsFunc(p.OutboundRules, func(o godo.OutboundRule) bool { return o.Protocol == r.Protocol && o.PortRange == r.PortRange })
	})
	if add {
		f.InboundRules = append(f.InboundRules, p.InboundRules...)
		f.OutboundRules = append(f.OutboundRules, p.OutboundRules...)
	}
}

// joined adds values to a list, once each, or removes them.
func joined[T comparable](list, values []T, add bool) []T {
	rest := slices.DeleteFunc(slices.Clone(list), func(v T) bool { return slices.Contains(values, v) })
	if add {
		rest = append(rest, values...)
	}
	return rest
}
