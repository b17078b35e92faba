package policies

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// platformRules are about how sites, pools and load balancers fit together.
func platformRules() []*Rule {
	return []*Rule{
		{
			ID: "gomeet-address-ranges", Severity: Critical,
			Title: "Address ranges do not overlap",
			Why:   "Peered networks that overlap cannot reach each other, and no range can be changed later.",
			Fix:   "Choose disjoint ranges for VPCs, pods and Services of all sites.",
			All:   overlaps,
		},
		{
			ID: "gomeet-region", Severity: High,
			Title: "Clusters and load balancers are in the region of their VPC",
			Why:   "DigitalOcean refuses them in the middle of a deployment.",
			Fix:   "Use the region of the site.",
			All:   sameRegion,
		},
		{
			ID: "gomeet-autoscale", Severity: High,
			Title: "Autoscaling does not fight the program",
			Why:   "A count that both set jumps back with every deployment, and ends meetings.",
			Fix:   "Ignore changes of nodeCount, or of spec.replicas, where something scales; set minNodes and maxNodes.",
			All:   autoscaling,
		},
		{
			ID: "gomeet-loadbalancer-name", Severity: High,
			Title: "Load balancers have names of their own",
			Why:   "A second one of the same name takes over the first (digitalocean-cloud-controller-manager#916).",
			Fix:   "Name it after stack, site and use.",
			All:   uniqueNames,
		},
		{
			ID: "gomeet-media-ports", Severity: High,
			Title: "Ports are open to the world on SFU nodes only",
			Why:   "Only media must reach a node directly; everything else goes through a load balancer.",
			Fix:   "Move the rule to the firewall of the sfu pool, or the pod to its nodes.",
			All:   mediaPorts,
		},
	}
}

func overlaps(_ *Settings, all []Resource) []Problem {
	type named struct {
		netip.Prefix
		what string
	}
	var seen []named
	var problems []Problem
	for _, r := range ofType(all, vpcType, clusterType) {
		for _, field := range []string{"ipRange", "clusterSubnet", "serviceSubnet"} {
			prefix, err := netip.ParsePrefix(r.Get(field).Text())
			if err != nil {
				continue
			}
			for _, other := range seen {
				if other.Overlaps(prefix) {
					problems = append(problems, Problem{
						URN: r.URN, Subject: field, Message: fmt.Sprintf("%s %s overlaps %s %s", field, prefix, other.what, other.Prefix),
					})
				}
			}
			seen = append(seen, named{prefix, r.Name + " " + field})
		}
	}
	return problems
}

func sameRegion(_ *Settings, all []Resource) []Problem {
	regions := map[string]string{}
	for _, vpc := range ofType(all, vpcType) {
		regions[vpc.URN] = vpc.Get("region").Text()
	}
	var problems []Problem
	for _, r := range ofType(all, clusterType, balancerType, dropletType) {
		region := r.Get("region").Text()
		for _, urn := range r.DependsOn["vpcUuid"] {
			if want := regions[urn]; want != "" && region != "" && want != region {
				problems = append(problems, Problem{URN: r.URN, Message: fmt.Sprintf("it is in %s, its VPC in %s", region, want)})
			}
		}
	}
	return problems
}

func autoscaling(_ *Settings, all []Resource) []Problem {
	var problems []Problem
	report := func(r Resource, wrong bool, message string) {
		if wrong {
			problems = append(problems, Problem{URN: r.URN, Message: message})
		}
	}
	for _, r := range ofType(all, poolType) {
		scales, ignored := r.Get("autoScale"), slices.Contains(r.IgnoreChanges, "nodeCount")
		report(r, scales.NotTrue() && ignored, "changes of nodeCount are ignored, and nothing else sets it")
		if scales.True() {
			low, lowKnown := r.Get("minNodes").Number()
			high, highKnown := r.Get("maxNodes").Number()
			report(r, !ignored, "changes of nodeCount are not ignored")
			report(r, r.Get("minNodes").Absent() || r.Get("maxNodes").Absent() || lowKnown && highKnown && (low < 1 || low > high),
				"minNodes and maxNodes are no range")
		}
	}
	for _, hpa := range ofType(all, hpaType) {
		target := hpa.Get("spec", "scaleTargetRef")
		for _, r := range ofType(all, scaled...) {
			if r.Provider == hpa.Provider && namespaceOf(r) == namespaceOf(hpa) && target.Get("name").Text() != "" &&
				r.Get("metadata", "name").Text() == target.Get("name").Text() && strings.HasSuffix(r.Type, ":"+target.Get("kind").Text()) {
				report(r, !r.Get("spec", "replicas").Absent() && !slices.Contains(r.IgnoreChanges, "spec.replicas"),
					"an autoscaler sets spec.replicas, and changes of it are not ignored")
			}
		}
	}
	return problems
}

func uniqueNames(_ *Settings, all []Resource) []Problem {
	seen := map[string]string{}
	var problems []Problem
	for _, r := range ofType(all, balancerType) {
		name := r.Get("name").Text()
		if other, taken := seen[name]; taken && name != "" {
			problems = append(problems, Problem{URN: r.URN, Message: fmt.Sprintf("it is called %q, as %q is", name, other)})
		}
		seen[name] = r.Name
	}
	return problems
}
