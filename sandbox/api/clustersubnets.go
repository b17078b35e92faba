package api

import (
	"net/netip"

	"github.com/digitalocean/godo"
)

// The ranges of a cluster that is not VPC-native: the reserved ranges of a VPC
// (see reservedRanges) are reserved for them.
const (
	overlayClusterSubnet = "10.244.0.0/16"
	overlayServiceSubnet = "10.245.0.0/16"
)

// checkSubnets fills in the subnets of a cluster that chose none, and checks those
// of a VPC-native one: they overlap neither each other, nor the VPC's range, nor
// the subnets of another VPC-native cluster in it, because they are routed there
// (https://docs.digitalocean.com/products/kubernetes/how-to/create-clusters/).
func (c *call) checkSubnets(req *godo.KubernetesClusterCreateRequest, vpc godo.VPC, native bool) error {
	if !native {
		req.ClusterSubnet, req.ServiceSubnet = overlayClusterSubnet, overlayServiceSubnet
		return nil
	}
	pods, err := parseRange("cluster_subnet", req.ClusterSubnet)
	if err != nil {
		return err
	}
	services, err := parseRange("service_subnet", req.ServiceSubnet)
	if err != nil {
		return err
	}
	if pods.Overlaps(services) {
		return invalid("cluster_subnet %q and service_subnet %q overlap", pods, services)
	}
	taken := map[string]string{vpc.IPRange: "the range of VPC " + vpc.Name}
	list, err := c.liveClusters()
	if err != nil {
		return err
	}
	for _, k := range list {
		if k.Subnets && k.Shown.VPCUUID == vpc.ID {
			taken[k.Shown.ClusterSubnet] = "the cluster_subnet of " + k.Shown.Name
			taken[k.Shown.ServiceSubnet] = "the service_subnet of " + k.Shown.Name
		}
	}
	for text, owner := range taken {
		other, err := netip.ParsePrefix(text)
		if err != nil {
			continue
		}
		if other.Overlaps(pods) {
			return invalid("cluster_subnet %q overlaps %q, %s", pods, other, owner)
		}
		if other.Overlaps(services) {
			return invalid("service_subnet %q overlaps %q, %s", services, other, owner)
		}
	}
	return nil
}
