package components

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// dataBalancer is where other sites reach the primary's databases: one address in the
// VPC, which the peering routes, and a port for each server, because clients of a Redis
// Cluster choose the server themselves. It passes bytes on; TLS ends at the databases.
func dataBalancer(args *BalancersArgs, planned sizing.LoadBalancer) *digitalocean.LoadBalancerArgs {
	rules := digitalocean.LoadBalancerForwardingRuleArray{
		forward(manifests.DefaultPatroni().Port, manifests.PostgresNodePort),
	}
	for i := range args.RedisPods {
		rules = append(rules, forward(manifests.RedisPort+i, manifests.RedisNodePort+i))
	}
	if args.Store {
		rules = append(rules, forward(manifests.MinIOPort, manifests.MinIONodePort))
	}
	env := args.Environment
	return &digitalocean.LoadBalancerArgs{
		Name:            pulumi.String(env.Name(string(planned.Edge))),
		Region:          pulumi.String(env.Region),
		VpcUuid:         args.VPCID,
		Type:            pulumi.String("REGIONAL"),
		Network:         pulumi.String("INTERNAL"),
		SizeUnit:        pulumi.Int(planned.SizeUnit),
		DropletTag:      args.DataTag,
		ForwardingRules: rules,
		// Subscriptions and replication are silent for long.
		HttpIdleTimeoutSeconds: pulumi.Int(webSocketIdleSeconds),
		Healthcheck: &digitalocean.LoadBalancerHealthcheckArgs{
			Protocol:               pulumi.String("http"),
			Port:                   pulumi.Int(manifests.NodeHealthPort),
			Path:                   pulumi.String(manifests.NodeHealthPath),
			CheckIntervalSeconds:   pulumi.Int(healthInterval),
			ResponseTimeoutSeconds: pulumi.Int(healthTimeout),
			UnhealthyThreshold:     pulumi.Int(unhealthyChecks),
			HealthyThreshold:       pulumi.Int(healthyChecks),
		},
	}
}

func forward(entry, target int) *digitalocean.LoadBalancerForwardingRuleArgs {
	return &digitalocean.LoadBalancerForwardingRuleArgs{
		EntryProtocol: pulumi.String("tcp"), EntryPort: pulumi.Int(entry),
		TargetProtocol: pulumi.String("tcp"), TargetPort: pulumi.Int(target),
	}
}
