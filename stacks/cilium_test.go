package stacks_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/stacks"
)

// The nodes of a pod's own cluster, as Cilium calls them, and Kubernetes' API beside them.
const nodesOnly, nodesAndAPI = "host remote-node", "host kube-apiserver remote-node"

// apiEdge is an edge to Kubernetes' API.
var apiEdge = regexp.MustCompile(` egress TCP (443|6443|16443)$`)

// Every edge with the nodes of a pod's own cluster exists for Cilium as well, which by default
// selects no node by its address: for each range that holds the site's nodes the same protocol
// and port, for the same app and direction, and no entity beside nodes, but for Kubernetes' API.
func TestNodesAreEntitiesToCilium(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, plus(ownStore(), "gomeet:autoscale", "true")))
	cfg, err := stacks.Load("prod", configuration(t, "prod"))
	require.NoError(t, err)
	entities, ranges := ciliumEdges(t, r), map[string]bool{}
	compared := 0
	for _, policy := range r.Resources("kubernetes:networking.k8s.io/v1:NetworkPolicy") {
		i := slices.IndexFunc(cfg.Sites, func(s stacks.Site) bool { return strings.HasPrefix(policy.Name, s.Name+"-") })
		require.NotEqual(t, -1, i, policy.Name)
		for direction, peers := range map[string]string{"ingress": "from", "egress": "to"} {
			rules := at(t, policy.Inputs, "spec", direction)
			if !rules.IsArray() {
				continue
			}
			for _, rule := range rules.ArrayValue() {
				within, some := blocks(t, rule.ObjectValue()[resource.PropertyKey(peers)], cfg.Sites[i].VPCRange)
				var ports []string
				for _, port := range rule.ObjectValue()["ports"].ArrayValue() {
					ports = append(ports, portOf(port.ObjectValue()))
				}
				for _, port := range ports {
					edge := edgeOf(t, policy, at(t, policy.Inputs, "spec", "podSelector"), direction) + port
					ranges[edge] = ranges[edge] || some
					if !within {
						continue
					}
					compared++
					want := nodesOnly
					if slices.Equal(ports, []string{"TCP 443", "TCP 6443", "TCP 16443"}) {
						want = nodesAndAPI
					}
					require.Contains(t, entities[edge], want, "%s has no such edge for Cilium: %v", edge, entities[edge])
				}
			}
		}
	}
	require.Greater(t, compared, 50, "edges with nodes")
	for edge, lists := range entities {
		require.True(t, ranges[edge], "%s: Cilium lets pass what no NetworkPolicy does", edge)
		for _, list := range lists {
			require.Contains(t, []string{nodesOnly, nodesAndAPI}, list, edge)
			require.True(t, list == nodesOnly || apiEdge.MatchString(edge), "%s: Kubernetes' API is not there", edge)
		}
	}
}

// ciliumEdges maps the edges of Cilium's policies to the entities of each rule that has them.
func ciliumEdges(t *testing.T, r *pulumitest.Recorder) map[string][]string {
	t.Helper()
	edges := map[string][]string{}
	for _, policy := range r.Resources("kubernetes:cilium.io/v2:CiliumNetworkPolicy") {
		for direction, peers := range map[string]string{"ingress": "fromEntities", "egress": "toEntities"} {
			rules := at(t, policy.Inputs, "spec", direction)
			if !rules.IsArray() {
				continue
			}
			for _, rule := range rules.ArrayValue() {
				var names []string
				for _, entity := range rule.ObjectValue()[resource.PropertyKey(peers)].ArrayValue() {
					names = append(names, entity.StringValue())
				}
				slices.Sort(names)
				for _, port := range at(t, rule.ObjectValue(), "toPorts", 0, "ports").ArrayValue() {
					edge := edgeOf(t, policy, at(t, policy.Inputs, "spec", "endpointSelector"), direction) + portOf(port.ObjectValue())
					edges[edge] = append(edges[edge], strings.Join(names, " "))
				}
			}
		}
	}
	require.NotEmpty(t, edges)
	return edges
}

// edgeOf names one side of an edge: the site, the namespace, the app and the direction.
func edgeOf(t *testing.T, policy pulumitest.Resource, selector resource.PropertyValue, direction string) string {
	t.Helper()
	site, _, _ := strings.Cut(policy.Name, "-")
	app := "*"
	if labels := selector.ObjectValue()["matchLabels"]; labels.IsObject() {
		app = labels.ObjectValue()["app.kubernetes.io/name"].StringValue()
	}
	return fmt.Sprintf("%s %s/%s %s ", site, at(t, policy.Inputs, "metadata", "namespace").StringValue(), app, direction)
}

// portOf is a port of either kind of policy. Cilium's are texts.
func portOf(port resource.PropertyMap) string {
	text := port["protocol"].StringValue() + " " + fmt.Sprint(port["port"].V)
	if last := port["endPort"]; last.HasValue() && fmt.Sprint(last.V) != fmt.Sprint(port["port"].V) {
		text += "-" + fmt.Sprint(last.V)
	}
	return text
}

// blocks tells whether an address range among peers overlaps one, and whether there is any.
func blocks(t *testing.T, peers resource.PropertyValue, own netip.Prefix) (overlaps, some bool) {
	t.Helper()
	for _, peer := range peers.ArrayValue() {
		block := peer.ObjectValue()["ipBlock"]
		if !block.IsObject() {
			continue
		}
		some = true
		cidr, err := netip.ParsePrefix(block.ObjectValue()["cidr"].StringValue())
		require.NoError(t, err)
		excepted := false
		if except := block.ObjectValue()["except"]; except.IsArray() {
			for _, text := range except.ArrayValue() {
				without, err := netip.ParsePrefix(text.StringValue())
				require.NoError(t, err)
				excepted = excepted || without.Bits() <= own.Bits() && without.Contains(own.Addr())
			}
		}
		overlaps = overlaps || cidr.Overlaps(own) && !excepted
	}
	return overlaps, some
}
