package policies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// firewallManaged is the annotation that keeps DOKS from opening a Service's NodePorts to
// the world (docs.digitalocean.com/products/kubernetes/details/managed).
const firewallManaged = "kubernetes.digitalocean.com/firewall-managed"

// unstable matches API versions such as v1beta1.
var unstable = regexp.MustCompile(`/v\d+(alpha|beta)\d+:`)

// reachRules are about who reaches pods.
func reachRules() []*Rule {
	return []*Rule{
		{
			ID: "k8s-network-policy", Severity: High,
			Title: "Every namespace denies traffic that is not allowed",
			Why:   "Without a NetworkPolicy every pod reaches every other, and the internet.",
			Fix:   "Add a NetworkPolicy for all pods of the namespace with both policy types and no rules.", References: []string{"CIS 5.3.2", "NSA/CISA"},
			All: denyAll,
		},
		{
			ID: "k8s-network-policy-open", Severity: High,
			Title: "NetworkPolicies let nobody in from everywhere",
			Why:   "An empty list of peers is everybody.",
			Fix:   "Name the peers in from.", References: []string{"CIS 5.3.2", "NSA/CISA"},
			Types: []string{netpolType, ciliumType}, Each: openPolicy,
		},
		{
			ID: "k8s-service-exposed", Severity: High,
			Title: "Services are not open to the world",
			Why: "A Service of type LoadBalancer makes one that nobody planned or paid for, and DOKS opens the NodePorts " +
				"of every other Service on all nodes.",
			Fix: "Use type ClusterIP; where a load balancer of the program needs a NodePort, annotate " +
				firewallManaged + `: "false".`,
			References: []string{"kube-score service-type", "CVE-2020-8554"},
			Types:      []string{serviceType}, Each: exposed,
		},
		{
			ID: "k8s-api-version", Severity: Low,
			Title: "Resources use stable APIs",
			Why:   "Kubernetes removes beta APIs after three releases, and the upgrade then fails.",
			Fix:   "Use the v1 of the API.", References: []string{"kube-score stable-version", "pulumi/compliance-policies kubernetes"},
			Each: func(_ *Settings, r Resource) []Problem {
				// A type is kubernetes:GROUP/VERSION:Kind.
				api, found := strings.CutPrefix(r.Type, "kubernetes:")
				return one(found && unstable.MatchString(api), "", "%s is not stable", api)
			},
		},
	}
}

// denyAll looks for a policy without selector and without rules in each namespace.
func denyAll(_ *Settings, all []Resource) []Problem {
	denied := map[string]bool{}
	for _, p := range ofType(all, netpolType) {
		if namespaceOf(p) == "" {
			return nil // Which namespace it is for is not known yet.
		}
		if mayDenyAll(p.Get("spec")) {
			denied[p.Provider+namespaceOf(p)] = true
		}
	}
	var problems []Problem
	for _, n := range ofType(all, namespaceType) {
		name := n.Get("metadata", "name")
		if name.Text() != "" && !denied[n.Provider+name.Text()] {
			problems = append(problems, Problem{URN: n.URN, Message: fmt.Sprintf("namespace %q has no policy that denies all", name.Text())})
		}
	}
	return problems
}

// mayDenyAll reports whether a policy denies everything to all pods, as far as is known.
func mayDenyAll(spec Value) bool {
	types, complete := spec.Get("policyTypes").Texts()
	selector := spec.Get("podSelector")
	return len(selector.Get("matchLabels").Fields())+len(selector.Get("matchExpressions").Items()) == 0 &&
		(!complete || slices.Contains(types, "Ingress") && slices.Contains(types, "Egress")) &&
		len(spec.Get("ingress").Items())+len(spec.Get("egress").Items()) == 0
}

func openPolicy(_ *Settings, r Resource) []Problem {
	if r.Type == ciliumType {
		return openCilium(r)
	}
	var problems []Problem
	for i, rule := range r.Get("spec", "ingress").Items() {
		from, subject := rule.Get("from"), fmt.Sprintf("ingress %d", i)
		problems = append(problems, one(!from.Unknown() && len(from.Items()) == 0, subject, "ingress rule %d lets everybody in", i)...)
		for _, peer := range from.Items() {
			cidr := peer.Get("ipBlock", "cidr").Text()
			problems = append(problems, one(everywhere(cidr), subject, "ingress rule %d lets in %s", i, cidr)...)
		}
	}
	return problems
}

// ciliumPeers are the keys of a rule that say from whom. Without any of them it is everybody
// (docs.cilium.io, Layer 3 policies).
var ciliumPeers = []string{"fromEndpoints", "fromRequires", "fromEntities", "fromCIDR", "fromCIDRSet", "fromGroups", "fromNodes"}

func openCilium(r Resource) []Problem {
	var problems []Problem
	for i, rule := range r.Get("spec", "ingress").Items() {
		subject := fmt.Sprintf("ingress %d", i)
		// A rule of nothing is Cilium's way to let in nobody.
		named := rule.Unknown() || len(rule.Fields()) == 0 || slices.ContainsFunc(ciliumPeers, func(key string) bool {
			peers := rule.Get(key)
			return peers.Unknown() || len(peers.Items()) > 0
		})
		problems = append(problems, one(!named, subject, "ingress rule %d lets everybody in", i)...)
		entities, _ := rule.Get("fromEntities").Texts()
		for _, entity := range entities {
			problems = append(problems, one(entity == "all" || strings.HasPrefix(entity, "world"), subject, "ingress rule %d lets in %s", i, entity)...)
		}
		ranges, _ := rule.Get("fromCIDR").Texts()
		for _, set := range rule.Get("fromCIDRSet").Items() {
			ranges = append(ranges, set.Get("cidr").Text())
		}
		for _, cidr := range ranges {
			problems = append(problems, one(everywhere(cidr), subject, "ingress rule %d lets in %s", i, cidr)...)
		}
	}
	return problems
}

func exposed(_ *Settings, r Resource) []Problem {
	spec := r.Get("spec")
	problems := one(len(spec.Get("externalIPs").Items()) > 0, "externalIPs", "externalIPs take over other addresses")
	switch spec.Get("type").Text() {
	case "LoadBalancer":
		return append(problems, one(true, "type", "type is LoadBalancer")...)
	case "NodePort":
		managed := r.Get("metadata", "annotations", firewallManaged)
		return append(problems, one(managed.NotText("false"), "type", "DOKS opens its NodePorts to the world")...)
	}
	return problems
}
