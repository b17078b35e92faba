package stacks_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// Every edge with the nodes of a pod's own cluster exists for Cilium as well, which by default
// selects no node by its address.
func TestNodesAreEntitiesToCilium(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deploy(t, "prod", r))
	policies := r.Resources("kubernetes:cilium.io/v2:CiliumNetworkPolicy")
	require.NotEmpty(t, policies)
	rules := map[string][]string{}
	for _, p := range policies {
		labels := at(t, p.Inputs, "spec", "endpointSelector", "matchLabels", "app.kubernetes.io/name").StringValue()
		for direction, peers := range map[string]string{"ingress": "fromEntities", "egress": "toEntities"} {
			list := at(t, p.Inputs, "spec", direction)
			if !list.IsArray() {
				continue
			}
			for _, rule := range list.ArrayValue() {
				entities := rule.ObjectValue()[resource.PropertyKey(peers)].ArrayValue()
				require.Contains(t, entities, resource.NewProperty("host"))
				require.Contains(t, entities, resource.NewProperty("remote-node"))
				for _, port := range at(t, rule.ObjectValue()["toPorts"].ArrayValue()[0].ObjectValue(), "ports").ArrayValue() {
					name := p.Name + " " + labels + " " + direction
					rules[name] = append(rules[name], port.ObjectValue()["protocol"].StringValue()+" "+port.ObjectValue()["port"].StringValue())
				}
			}
		}
	}
	for name, ports := range map[string][]string{
		"singapore-redis-nodes redis ingress":                              {"TCP 6379"},
		"singapore-edge-nodes traefik egress":                              {"TCP 7880"},
		"singapore-autoscaling-metrics-server-nodes metrics-server egress": {"TCP 443", "TCP 6443", "TCP 10250", "TCP 16443"},
	} {
		require.Subset(t, rules[name], ports, "%s of %v", name, rules)
	}
}
