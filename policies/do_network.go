package policies

import (
	"fmt"
	"net/netip"
	"strings"
)

// networkRules are about what is open to the world.
func networkRules() []*Rule {
	return []*Rule{
		{
			ID: "do-firewall-inbound", Severity: Critical,
			Title:      "Firewalls let nobody in from everywhere",
			Why:        "What is open to the world is scanned within minutes.",
			Fix:        "Name the sources: ranges, tags, load balancers. What must be open is an exception by protocol and port.",
			References: []string{"CKV_DIO_4", "DIG-0001"},
			Types:      []string{firewallType},
			Each:       func(_ *Settings, r Resource) []Problem { return open(r, "inboundRules", "sourceAddresses", "from") },
		},
		{
			ID: "do-firewall-outbound", Severity: Critical,
			Title:      "Firewalls let nothing out to everywhere",
			Why:        "What was broken into calls home, sends spam and takes the data along.",
			Fix:        "Name the destinations. What must be reachable is an exception by protocol and port.",
			References: []string{"DIG-0003"},
			Types:      []string{firewallType},
			Each:       func(_ *Settings, r Resource) []Problem { return open(r, "outboundRules", "destinationAddresses", "to") },
		},
		{
			ID: "do-loadbalancer-https", Severity: Critical,
			Title:      "Load balancers do not serve plain HTTP",
			Why:        "Sessions and chat can be read and changed on the way.",
			Fix:        "Set redirectHttpToHttps, or remove the http entry.",
			References: []string{"DIG-0002"},
			Types:      []string{balancerType},
			Each: func(_ *Settings, r Resource) []Problem {
				plain := false
				for _, rule := range r.Get("forwardingRules").Items() {
					plain = plain || strings.EqualFold(rule.Get("entryProtocol").Text(), "http")
				}
				return one(plain && r.Get("redirectHttpToHttps").NotTrue(), "", "an http entry is not redirected to https")
			},
		},
	}
}

// open returns every rule of a firewall that is open to the world, not only the first.
func open(r Resource, rules, addresses, direction string) []Problem {
	var problems []Problem
	for _, rule := range r.Get(rules).Items() {
		texts, _ := rule.Get(addresses).Texts()
		for _, address := range texts {
			if everywhere(address) {
				what := opening(rule)
				problems = append(problems, Problem{Subject: what, Message: fmt.Sprintf("%s is open %s %s", what, direction, address)})
				break
			}
		}
	}
	return problems
}

// opening names the protocol and ports of a firewall's rule, such as "tcp 22".
func opening(rule Value) string {
	return strings.TrimSpace(rule.Get("protocol").Text() + " " + rule.Get("portRange").Text())
}

// everywhere reports whether a range holds most of the internet: everything, or so large
// a part that several of them make everything. No network has more than a /8 of IPv4
// or a /16 of IPv6 to itself (IANA's registries).
func everywhere(address string) bool {
	prefix, err := netip.ParsePrefix(address)
	if err != nil {
		return false
	}
	if prefix.Addr().Is4() {
		return prefix.Bits() < 8
	}
	return prefix.Bits() < 16
}
