package e2e_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// probe is one port that is tried.
type probe struct {
	port     int
	protocol corev1.Protocol
}

func (p probe) String() string { return fmt.Sprintf("%d/%s", p.port, p.protocol) }

// provePolicies evaluates the NetworkPolicies that exist: every edge of the table is
// allowed, and between any two places everything else is denied. Where Kubernetes leaves
// open whether an address range selects pods (kubernetes.io, "Network Policies", ipBlock),
// what is needed must not depend on it, and what is denied is denied either way.
func provePolicies(t *testing.T, clusters []*cluster) {
	table, nodes := readEdges(t), map[string]string{}
	for _, c := range clusters {
		nodes[c.site] = c.nodeIP(t)
	}
	used := make([]bool, len(table.Edges))
	for _, c := range clusters {
		policies := c.policies(t)
		places, probes := c.places(t, nodes), c.probes(t, policies)
		evaluated := matcher.BuildNetworkPolicies(true, policies)
		tried, allowed, unlisted := 0, 0, map[string][]string{}
		for _, from := range places {
			for _, to := range places {
				if !from.ours && !to.ours {
					continue // Not ours to judge, or a firewall's.
				}
				var rows []int
				for i, e := range table.Edges {
					if e.covers(c.site, from, to) {
						rows, used[i] = append(rows, i), true
					}
				}
				for _, p := range probes {
					tried++
					listed := slices.ContainsFunc(rows, func(i int) bool {
						return slices.ContainsFunc(table.Edges[i].spans(t), func(s span) bool { return s.holds(p) })
					})
					if listed {
						allowed++
						require.True(t, allows(evaluated, from, to, p, false),
							"%s: the policies deny %s to %s at %s, which testdata/edges.yaml lists as needed", c.site, from.name, to.name, p)
					} else if allows(evaluated, from, to, p, true) {
						key := fmt.Sprintf("- {from: [%s], to: [%s], ports: [", from.name, to.name)
						unlisted[key] = append(unlisted[key], p.String())
					}
				}
			}
		}
		var rows []string
		for key, ports := range unlisted {
			rows = append(rows, key+strings.Join(ports, ", ")+"], why: }")
		}
		slices.Sort(rows)
		require.Empty(t, rows, "%s: the policies allow what testdata/edges.yaml does not list. Deny it in components, or say there why it is needed:\n%s",
			c.site, strings.Join(rows, "\n"))
		t.Logf("%s: %d policies; of %d ways between %d places, %d are allowed, as listed", c.site, len(policies), tried, len(places), allowed)
		for i, e := range table.Edges {
			used[i] = used[i] || table.absent(e, places)
		}
	}
	for i, e := range table.Edges {
		require.True(t, used[i], "testdata/edges.yaml lists %s to %s, and no such place exists", e.From, e.To)
	}
}

func allows(policy *matcher.Policy, from, to place, p probe, rangesSelectPods bool) bool {
	return policy.IsTrafficAllowed(&matcher.Traffic{
		Source: from.peer(rangesSelectPods), Destination: to.peer(rangesSelectPods),
		ResolvedPort: p.port, Protocol: p.protocol,
	}).IsAllowed()
}

// policies returns those of all namespaces. Ports by name would need a pod to resolve
// them, and there are none.
func (c *cluster) policies(t *testing.T) []*networkingv1.NetworkPolicy {
	t.Helper()
	list, err := c.client.NetworkingV1().NetworkPolicies("").List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	require.NotEmpty(t, list.Items)
	var all []*networkingv1.NetworkPolicy
	for i := range list.Items {
		all = append(all, &list.Items[i])
	}
	return all
}

// probes returns every port that a policy or a container names, those beside the ends of
// ranges, and some that attackers like.
func (c *cluster) probes(t *testing.T, policies []*networkingv1.NetworkPolicy) []probe {
	t.Helper()
	set := map[probe]bool{}
	for _, port := range []int{1, 22, 80, 2379, 8443, 10250, 31999, 65535} {
		set[probe{port, corev1.ProtocolTCP}], set[probe{port, corev1.ProtocolUDP}] = true, true
	}
	add := func(rules []networkingv1.NetworkPolicyPort) {
		require.NotEmpty(t, rules, "a rule without ports allows all of them")
		for _, rule := range rules {
			require.NotNil(t, rule.Port, "a rule without a port allows all of them")
			first := rule.Port.IntValue()
			require.NotZero(t, first, "ports by name are not resolved here")
			last := first
			if rule.EndPort != nil {
				last = int(*rule.EndPort)
			}
			for _, port := range []int{first - 1, first, last, last + 1} {
				set[probe{port, *rule.Protocol}] = true
			}
		}
	}
	for _, policy := range policies {
		for _, rule := range policy.Spec.Ingress {
			add(rule.Ports)
		}
		for _, rule := range policy.Spec.Egress {
			add(rule.Ports)
		}
	}
	for _, made := range c.templates(t) {
		for _, container := range made.pod.Spec.Containers {
			for _, port := range container.Ports {
				set[probe{int(port.ContainerPort), port.Protocol}] = true
			}
		}
	}
	var all []probe
	for p := range set {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b probe) int { return cmp.Or(a.port-b.port, cmp.Compare(a.protocol, b.protocol)) })
	return all
}
