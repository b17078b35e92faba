package kube

import (
	"fmt"
	"net"
	"net/netip"
)

// DOKS's default ranges for pods and services: the values in the examples of the
// DigitalOcean API reference (cluster_subnet, service_subnet) and in godo's tests.
const (
	defaultClusterSubnet = "10.244.0.0/16"
	defaultServiceSubnet = "10.245.0.0/16"
)

// nodeBits is the prefix length of one node's pod range. DOKS nodes show a /25 in
// the annotation network.cilium.io/ipv4-pod-cidr, seen in public `kubectl
// describe node` output of DOKS 1.18 to 1.28: 126 addresses for 110 pods.
const nodeBits = 25

// subnets are a cluster's address ranges.
type subnets struct {
	cluster, service netip.Prefix
}

func (s Spec) subnets() (subnets, error) {
	var sub subnets
	for _, f := range []struct {
		field, value, standard string
		longest                int
		into                   *netip.Prefix
	}{
		{"ClusterSubnet", s.ClusterSubnet, defaultClusterSubnet, nodeBits, &sub.cluster},
		// The API server needs room for its own service and a few more.
		{"ServiceSubnet", s.ServiceSubnet, defaultServiceSubnet, 28, &sub.service},
	} {
		value := f.value
		if value == "" {
			value = f.standard
		}
		p, err := netip.ParsePrefix(value)
		if err != nil || !p.Addr().Is4() || p != p.Masked() || p.Bits() > f.longest {
			return sub, fmt.Errorf("%s is %q, want an IPv4 range in CIDR notation without host bits, /%d or larger, such as %q", f.field, value, f.longest, f.standard)
		}
		*f.into = p
	}
	if sub.cluster.Overlaps(sub.service) {
		return sub, fmt.Errorf("ClusterSubnet %q and ServiceSubnet %q overlap", sub.cluster, sub.service)
	}
	return sub, nil
}

// firstService is the address of the service "kubernetes": the first of its range.
func (s subnets) firstService() net.IP {
	return s.service.Addr().Next().AsSlice()
}
