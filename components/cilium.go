package components

import (
	"strconv"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nodeEntities are the node that a pod is on, and the others of its cluster, with the pods
// on their host network (docs.cilium.io/en/stable/security/policy/language, Entities based).
var nodeEntities = []string{"host", "remote-node"}

// worldAndNodes is world, and the public addresses of the cluster's own nodes.
var worldAndNodes = peer{cidr: world.cidr, except: world.except, entities: nodeEntities}

// toCilium repeats those edges of an app that are with nodes of its own cluster. DOKS' network
// is Cilium, for which an address range selects no node unless policy-cidr-match-mode says so
// (docs.cilium.io/en/stable/security/policy/language, CIDR based), and DigitalOcean does not say
// whether it does. Without these LiveKit, which is on the host network, would not reach Redis.
// Both kinds of policy add up, so where ranges do select nodes these change nothing.
func toCilium(
	ctx *pulumi.Context, logical, namespace, app string, env Environment, e edges, opts ...pulumi.ResourceOption,
) error {
	spec := map[string]any{"endpointSelector": map[string]any{"matchLabels": selector(app)}}
	for direction, list := range map[string][]allowed{"ingress": e.in, "egress": e.out} {
		peers := map[string]string{"ingress": "fromEntities", "egress": "toEntities"}[direction]
		var rules []any
		for _, a := range list {
			if len(a.entities) > 0 {
				rules = append(rules, map[string]any{peers: a.entities, "toPorts": []any{map[string]any{"ports": a.ciliumPorts()}}})
			}
		}
		if len(rules) > 0 {
			spec[direction] = rules
		}
	}
	if len(spec) == 1 {
		return nil
	}
	_, err := apiextensions.NewCustomResource(ctx, logical+"-nodes", &apiextensions.CustomResourceArgs{
		ApiVersion:  pulumi.String("cilium.io/v2"),
		Kind:        pulumi.String("CiliumNetworkPolicy"),
		Metadata:    object(pulumi.String(namespace), app, env),
		OtherFields: kubernetes.UntypedArgs{"spec": spec},
	}, opts...)
	return err
}

// ciliumPorts are the ports of an edge. Cilium's are texts.
func (a allowed) ciliumPorts() (ports []any) {
	for _, port := range a.ports {
		p := map[string]any{"port": strconv.Itoa(port), "protocol": a.protocol}
		if a.last > port {
			p["endPort"] = a.last
		}
		ports = append(ports, p)
	}
	return ports
}
