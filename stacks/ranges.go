package stacks

import "net/netip"

// limits are the prefix lengths a range may have.
type limits struct{ shortest, longest int }

var (
	// vpcLimits: "network sizes from /28 to /16",
	// docs.digitalocean.com/products/networking/vpc/concepts/plan-your-network, 2026-11.
	vpcLimits = limits{16, 28}
	// clusterLimits: a node takes a /25 of the cluster subnet (110 pods), so a /22
	// is the smallest range with room for eight nodes; /12 is the RFC 1918 block
	// 172.16.0.0/12. Both bounds are ours, inside what DOKS accepts.
	clusterLimits = limits{12, 22}
	// serviceLimits: 16 addresses hold kube-apiserver, DNS and a few Services; a
	// /12 is the largest range kube-apiserver takes (--service-cluster-ip-range
	// allows at most 20 host bits).
	serviceLimits = limits{12, 28}
)

// private lists the ranges of RFC 1918, which VPCs and VPC-native clusters use.
var private = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
}

// reserved lists the ranges DigitalOcean keeps for itself,
// docs.digitalocean.com/products/networking/vpc/concepts/plan-your-network, 2026-11.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("10.229.0.0/16"),
	netip.MustParsePrefix("10.244.0.0/16"),
	netip.MustParsePrefix("10.245.0.0/16"),
	netip.MustParsePrefix("10.246.0.0/24"),
}

// nodeBits is the prefix length of one node's share of the cluster subnet: "a /18
// holds 128 nodes" is how operators of VPC-native DOKS clusters plan, which makes
// it a /25, enough for the 110 pods a DOKS node runs.
const nodeBits = 25

// nodesIn returns the number of nodes a cluster subnet has addresses for.
func nodesIn(subnet netip.Prefix) int { return 1 << (nodeBits - subnet.Bits()) }

type namedRange struct {
	key    string
	prefix netip.Prefix
}

// prefix parses one address range and checks it on its own.
func (l *loader) prefix(key, text string, allowed limits) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() {
		l.problems.add(key, text, `must be an IPv4 range in CIDR notation, such as "10.64.0.0/20"`)
		return p, false
	}
	if masked := p.Masked(); masked != p {
		l.problems.add(key, text, "has host bits set; did you mean %s?", masked)
		return p, false
	}
	if p.Bits() < allowed.shortest || p.Bits() > allowed.longest {
		l.problems.add(key, text, "must be between /%d and /%d", allowed.shortest, allowed.longest)
		return p, false
	}
	if !within(p, private) {
		l.problems.add(key, text, "must lie in a private range (10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16)")
		return p, false
	}
	for _, r := range reserved {
		if r.Overlaps(p) {
			l.problems.add(key, text, "overlaps %s, which DigitalOcean reserves", r)
			return p, false
		}
	}
	return p, true
}

func within(p netip.Prefix, blocks []netip.Prefix) bool {
	for _, block := range blocks {
		if block.Contains(p.Addr()) && p.Bits() >= block.Bits() {
			return true
		}
	}
	return false
}

// disjoint reports every pair of ranges that overlap: sites are peered, so the
// ranges of all sites share one address space.
func (l *loader) disjoint(ranges []namedRange) {
	for i, a := range ranges {
		for _, b := range ranges[:i] {
			if a.prefix.Overlaps(b.prefix) {
				l.problems.add(a.key, a.prefix.String(), "overlaps %s (%s); all ranges of all sites must be disjoint", b.key, b.prefix)
			}
		}
	}
}
