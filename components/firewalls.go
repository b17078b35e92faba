package components

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Firewalls is one site's cloud firewalls, one per node pool, found by the pool's tag:
// media ports are open to the world on SFU nodes only, the edge's NodePorts to the
// site's load balancers only, and nothing else is open. They cost nothing, and every
// change is in place.
//
// DOKS puts two firewalls of its own on every node. Rules add up: a Droplet accepts
// what any of its firewalls accepts. So the outbound rules here say what a pool needs,
// and do not bind while DOKS's own firewall lets everything out; NetworkPolicies are
// what binds pods. DOKS also opens the NodePort of every Service to the world unless
// the Service says kubernetes.digitalocean.com/firewall-managed: "false", as the edge's
// does (docs.digitalocean.com/products/kubernetes/details/managed, worker node firewalls).
type Firewalls struct {
	pulumi.ResourceState
}

// FirewallsArgs configures Firewalls.
type FirewallsArgs struct {
	Environment Environment
	// NodeTags maps the roles of this site's pools to the tags of their nodes.
	NodeTags map[sizing.Role]pulumi.StringOutput
	// Balancers are the ids of the site's load balancers.
	Balancers pulumi.StringArrayInput
	// DataBalancers are the ids of the private ones for the databases, DataRole is the
	// role of the nodes behind them.
	DataBalancers pulumi.StringArray
	DataRole      sizing.Role
	// Store says that the platform's own object store is behind them too.
	Store bool
	// Private lists the ranges of nodes and pods of all sites, in CIDR notation.
	Private []string
}

// NewFirewalls creates a site's firewalls.
func NewFirewalls(ctx *pulumi.Context, name string, args *FirewallsArgs, opts ...pulumi.ResourceOption) (*Firewalls, error) {
	firewalls := &Firewalls{}
	if err := ctx.RegisterComponentResource("gomeet:network:Firewalls", name, firewalls, opts...); err != nil {
		return nil, err
	}
	for _, role := range sizing.Roles {
		tag, ok := args.NodeTags[role]
		if !ok {
			continue
		}
		if _, err := digitalocean.NewFirewall(ctx, name+"-"+string(role), &digitalocean.FirewallArgs{
			Name:          pulumi.String(args.Environment.Name(string(role))),
			Tags:          pulumi.StringArray{tag},
			InboundRules:  inbound(role, args),
			OutboundRules: outbound(role, args.Private),
		}, pulumi.Parent(firewalls)); err != nil {
			return nil, err
		}
	}
	return firewalls, ctx.RegisterResourceOutputs(firewalls, pulumi.Map{})
}

// everywhere is every address of both families.
var everywhere = pulumi.StringArray{pulumi.String("0.0.0.0/0"), pulumi.String("::/0")}

// opening is a protocol and its ports, as the API writes them.
type opening struct{ protocol, ports string }

func port(protocol string, number int) opening { return opening{protocol, fmt.Sprint(number)} }

// media is what participants send to an SFU node. The ports that TURN relays from are
// not among them: whoever answers was asked from there.
var media = []opening{
	{"udp", fmt.Sprintf("%d-%d", manifests.LiveKitUDPFirst, manifests.LiveKitUDPLast)},
	port("udp", manifests.LiveKitTURNUDPPort),
	port("tcp", manifests.LiveKitTCPPort),
}

// edge is what load balancers send to the nodes behind them.
var edge = []opening{
	port("tcp", manifests.EdgeHTTPPort), port("tcp", manifests.EdgeHTTPSPort), port("tcp", manifests.EdgeWebSocketPort),
	port("tcp", manifests.EdgePingPort),
}

// databases is what the private load balancer sends to the nodes behind it.
var databases = []opening{
	{"tcp", fmt.Sprintf("%d-%d", manifests.RedisNodePort, manifests.RedisNodePort+manifests.RedisNodePorts-1)},
	port("tcp", manifests.PostgresNodePort), port("tcp", manifests.NodeHealthPort),
}

func inbound(role sizing.Role, args *FirewallsArgs) digitalocean.FirewallInboundRuleArray {
	var rules digitalocean.FirewallInboundRuleArray
	if role == args.DataRole && len(args.DataBalancers) > 0 {
		openings := databases
		if args.Store {
			openings = append(slices.Clone(databases), port("tcp", manifests.MinIONodePort))
		}
		for _, o := range openings {
			rules = append(rules, &digitalocean.FirewallInboundRuleArgs{
				Protocol: pulumi.String(o.protocol), PortRange: pulumi.String(o.ports), SourceLoadBalancerUids: args.DataBalancers,
			})
		}
	}
	switch role {
	case sizing.RoleSFU:
		for _, o := range media {
			rules = append(rules, &digitalocean.FirewallInboundRuleArgs{
				Protocol: pulumi.String(o.protocol), PortRange: pulumi.String(o.ports), SourceAddresses: everywhere,
			})
		}
	case sizing.RoleAPI:
		for _, o := range edge {
			rules = append(rules, &digitalocean.FirewallInboundRuleArgs{
				Protocol: pulumi.String(o.protocol), PortRange: pulumi.String(o.ports), SourceLoadBalancerUids: args.Balancers,
			})
		}
	}
	return rules
}

// all is every port: "all" in the API, which its answer and the provider keep.
const all = "all"

var (
	// common is what every node needs of the world: names, time, and HTTPS for images,
	// DigitalOcean's API, Spaces and the control plane.
	common = []opening{port("udp", 53), port("tcp", 53), port("udp", 123), port("tcp", 443)}
	// more is what some roles need on top: SFU nodes send media to whatever port a
	// participant's network gave it.
	more = map[sizing.Role][]opening{sizing.RoleSFU: {{"udp", all}}}
)

func outbound(role sizing.Role, private []string) digitalocean.FirewallOutboundRuleArray {
	var rules digitalocean.FirewallOutboundRuleArray
	add := func(o opening, to pulumi.StringArray) {
		rule := &digitalocean.FirewallOutboundRuleArgs{Protocol: pulumi.String(o.protocol), DestinationAddresses: to}
		if o.ports != "" {
			rule.PortRange = pulumi.String(o.ports)
		}
		rules = append(rules, rule)
	}
	for _, o := range append(append([]opening{}, common...), more[role]...) {
		add(o, everywhere)
	}
	platformRanges := pulumi.ToStringArray(private)
	for _, o := range []opening{{"tcp", all}, {"udp", all}, {"icmp", ""}} {
		add(o, platformRanges)
	}
	return rules
}
