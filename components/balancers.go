package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Balancers is one site's load balancers: at the primary site one for web pages and
// the API and one for WebSockets, elsewhere one for both; and where there are other sites
// a private one for the primary's databases. Each costs its size units.
//
// The program owns them, not a Service in the cluster: docs/decisions/0003 says why.
// They find their nodes by the tag of the API pool. They end public TLS with a
// certificate that DigitalOcean renews, redirect HTTP to HTTPS, and speak TLS and the
// PROXY protocol to the edge. A change of region, VPC or type replaces one; its address
// changes then, and the DNS records follow.
type Balancers struct {
	pulumi.ResourceState

	// All maps what is carried to its load balancer.
	All map[sizing.Edge]*digitalocean.LoadBalancer
}

// BalancersArgs configures Balancers.
type BalancersArgs struct {
	Environment Environment
	// VPCID is the VPC of the nodes.
	VPCID pulumi.StringInput
	// NodeTag is the tag of the nodes that run the edge.
	NodeTag pulumi.StringInput
	// CertificateName names the certificate for all names of the site.
	CertificateName pulumi.StringInput
	// Balancers are those of this site as planned.
	Balancers []sizing.LoadBalancer
	// DataTag is the tag of the nodes behind EdgeData, and RedisPods the number of Redis
	// servers there.
	DataTag   pulumi.StringInput
	RedisPods int
	// Store says that the platform's own object store is there too.
	Store bool
}

const (
	// webIdleSeconds is the default of DigitalOcean's load balancers; pages and API
	// calls do not wait longer.
	webIdleSeconds = 60
	// webSocketIdleSeconds is the most a load balancer allows (30 to 600 s,
	// load_balancer_base.yml of DigitalOcean's OpenAPI document). LiveKit pings every
	// 5 s and the API every 30 s, so only dead connections are cut.
	webSocketIdleSeconds = 600
	// A node that fails three checks, 30 s, gets no new connections, and is back after
	// two good ones. DigitalOcean's defaults wait for five.
	healthInterval, healthTimeout  = 10, 5
	unhealthyChecks, healthyChecks = 3, 2
)

// NewBalancers creates a site's load balancers.
func NewBalancers(ctx *pulumi.Context, name string, args *BalancersArgs, opts ...pulumi.ResourceOption) (*Balancers, error) {
	balancers := &Balancers{All: map[sizing.Edge]*digitalocean.LoadBalancer{}}
	if err := ctx.RegisterComponentResource("gomeet:network:Balancers", name, balancers, opts...); err != nil {
		return nil, err
	}
	outputs := pulumi.Map{}
	for _, planned := range args.Balancers {
		arguments := loadBalancer(args, planned)
		if planned.Edge == sizing.EdgeData {
			arguments = dataBalancer(args, planned)
		}
		balancer, err := digitalocean.NewLoadBalancer(ctx, name+"-"+string(planned.Edge), arguments, pulumi.Parent(balancers))
		if err != nil {
			return nil, err
		}
		balancers.All[planned.Edge] = balancer
		outputs[string(planned.Edge)] = balancer.Ip
	}
	return balancers, ctx.RegisterResourceOutputs(balancers, outputs)
}

func loadBalancer(args *BalancersArgs, planned sizing.LoadBalancer) *digitalocean.LoadBalancerArgs {
	env, idle, target := args.Environment, webSocketIdleSeconds, manifests.EdgeHTTPSPort
	switch planned.Edge {
	case sizing.EdgeWeb:
		idle = webIdleSeconds
	case sizing.EdgeWebSocket:
		target = manifests.EdgeWebSocketPort
	}
	return &digitalocean.LoadBalancerArgs{
		// Unique per account: a second load balancer of the same name has been seen to
		// take over the first (digitalocean-cloud-controller-manager#916).
		Name:       pulumi.String(env.Name(string(planned.Edge))),
		Region:     pulumi.String(env.Region),
		VpcUuid:    args.VPCID,
		Type:       pulumi.String("REGIONAL"),
		SizeUnit:   pulumi.Int(planned.SizeUnit),
		DropletTag: args.NodeTag,
		ForwardingRules: digitalocean.LoadBalancerForwardingRuleArray{
			&digitalocean.LoadBalancerForwardingRuleArgs{
				EntryProtocol: pulumi.String("http"), EntryPort: pulumi.Int(80),
				TargetProtocol: pulumi.String("http"), TargetPort: pulumi.Int(manifests.EdgeHTTPPort),
			},
			&digitalocean.LoadBalancerForwardingRuleArgs{
				EntryProtocol: pulumi.String("https"), EntryPort: pulumi.Int(443),
				TargetProtocol: pulumi.String("https"), TargetPort: pulumi.Int(target),
				CertificateName: args.CertificateName,
			},
		},
		RedirectHttpToHttps:    pulumi.Bool(true),
		EnableProxyProtocol:    pulumi.Bool(true),
		HttpIdleTimeoutSeconds: pulumi.Int(idle),
		TlsCipherPolicy:        pulumi.String("STRONG"),
		// The records are the program's own, see Zone.
		DisableLetsEncryptDnsRecords: pulumi.Bool(true),
		// Checks speak the PROXY protocol as the traffic does: that is the API's default
		// (godo, HealthCheck.ProxyProtocol), and the provider cannot say otherwise.
		Healthcheck: &digitalocean.LoadBalancerHealthcheckArgs{
			Protocol:               pulumi.String("http"),
			Port:                   pulumi.Int(manifests.EdgePingPort),
			Path:                   pulumi.String(manifests.EdgePingPath),
			CheckIntervalSeconds:   pulumi.Int(healthInterval),
			ResponseTimeoutSeconds: pulumi.Int(healthTimeout),
			UnhealthyThreshold:     pulumi.Int(unhealthyChecks),
			HealthyThreshold:       pulumi.Int(healthyChecks),
		},
	}
}
