package api

import (
	"net/netip"

	"github.com/digitalocean/godo"
)

// privateRanges are the RFC 1918 ranges, in which a VPC's range has to lie.
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
}

// reservedRanges are those that DigitalOcean keeps for itself and no VPC can have
// (https://docs.digitalocean.com/products/networking/vpc/concepts/plan-your-network/).
var reservedRanges = []netip.Prefix{
	netip.MustParsePrefix("10.244.0.0/16"),
	netip.MustParsePrefix("10.245.0.0/16"),
	netip.MustParsePrefix("10.246.0.0/24"),
	netip.MustParsePrefix("10.229.0.0/16"),
}

// The sizes of a VPC's range and of a generated one: the ip_range field in
// DigitalOcean's OpenAPI document (specification/resources/vpcs/models/vpc.yml).
const (
	largestVPC   = 16
	smallestVPC  = 28
	generatedVPC = 20
)

// generatedFrom is where the search for a free range starts. The sandbox's choice:
// it is far from the ranges that people write down.
var generatedFrom = netip.MustParsePrefix("10.100.0.0/20")

// vpcRange checks the range that a VPC should have, or finds a free one for "".
func (c *call) vpcRange(text string) (netip.Prefix, error) {
	list, err := vpcs.List(c.tx)
	if err != nil {
		return netip.Prefix{}, err
	}
	if text == "" {
		return freeRange(list)
	}
	p, err := parseRange("ip_range", text)
	if err != nil {
		return p, err
	}
	if p.Bits() < largestVPC || p.Bits() > smallestVPC {
		return p, invalid("ip_range %q is invalid, want a size from /%d to /%d", text, largestVPC, smallestVPC)
	}
	if !inside(p, privateRanges) {
		return p, invalid("ip_range %q is invalid, want a range inside one of %v", text, privateRanges)
	}
	if r, hit := overlap(p, reservedRanges); hit {
		return p, invalid("ip_range %q is invalid, it overlaps the reserved range %s", text, r)
	}
	for _, v := range list {
		if other, err := netip.ParsePrefix(v.IPRange); err == nil && other.Overlaps(p) {
			return p, invalid("This range/size overlaps with another VPC network in your account: %q overlaps %q of %q", text, v.IPRange, v.Name)
		}
	}
	return p, nil
}

func freeRange(list []godo.VPC) (netip.Prefix, error) {
	var taken []netip.Prefix
	for _, v := range list {
		if p, err := netip.ParsePrefix(v.IPRange); err == nil {
			taken = append(taken, p)
		}
	}
	for p := generatedFrom; privateRanges[0].Contains(p.Addr()); p = next(p) {
		_, reserved := overlap(p, reservedRanges)
		_, used := overlap(p, taken)
		if !reserved && !used {
			return p, nil
		}
	}
	return netip.Prefix{}, invalid("ip_range is empty and no free /%d is left, want a range", generatedVPC)
}

// next returns the range of the same size that follows p.
func next(p netip.Prefix) netip.Prefix {
	return netip.PrefixFrom(plus(p.Addr(), 1<<(32-p.Bits())), p.Bits())
}

// plus returns the IPv4 address n after a.
func plus(a netip.Addr, n uint32) netip.Addr {
	b := a.As4()
	v := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	v += n
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
}

// parseRange reads an IPv4 range in CIDR notation.
func parseRange(field, text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err != nil || !p.Addr().Is4() || p != p.Masked() {
		return p, invalid("%s %q is invalid, want an IPv4 range in CIDR notation without host bits, such as %q", field, text, "10.10.0.0/20")
	}
	return p, nil
}

func inside(p netip.Prefix, ranges []netip.Prefix) bool {
	for _, r := range ranges {
		if r.Bits() <= p.Bits() && r.Contains(p.Addr()) {
			return true
		}
	}
	return false
}

func overlap(p netip.Prefix, ranges []netip.Prefix) (netip.Prefix, bool) {
	for _, r := range ranges {
		if r.Overlaps(p) {
			return r, true
		}
	}
	return netip.Prefix{}, false
}
