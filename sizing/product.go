package sizing

// Product is something other than a Droplet that DigitalOcean bills.
type Product string

// The products a plan can be billed for.
const (
	// ProductLoadBalancerNode is one node of a regional load balancer, per month.
	ProductLoadBalancerNode Product = "load-balancer-node"
	// ProductVolume is block storage, per GiB and month.
	ProductVolume Product = "volume"
	// ProductVolumeSnapshot is a snapshot of a volume, per GiB and month.
	ProductVolumeSnapshot Product = "volume-snapshot"
	// ProductControlPlane is a DOKS control plane, per month.
	ProductControlPlane Product = "control-plane"
	// ProductControlPlaneHA is the surcharge of a highly available one, per month.
	ProductControlPlaneHA Product = "control-plane-ha"
	// ProductTransfer is outbound transfer beyond the pool, per GiB.
	ProductTransfer Product = "transfer"
	// ProductSpaces is the Spaces subscription, per month; it includes
	// SpacesIncludedGiB of storage.
	ProductSpaces Product = "spaces"
	// ProductSpacesStorage is Spaces storage beyond the subscription, per GiB and month.
	ProductSpacesStorage Product = "spaces-storage"
	// ProductSpacesCold is Spaces cold storage, per GiB and month.
	ProductSpacesCold Product = "spaces-cold-storage"
	// ProductPeering is a VPC peering, per month.
	ProductPeering Product = "vpc-peering"
	// ProductPeeringTransfer is traffic over a peering between regions, per GiB.
	ProductPeeringTransfer Product = "vpc-peering-transfer"
	// ProductNATGateway is a VPC NAT gateway, per month.
	ProductNATGateway Product = "nat-gateway"
	// ProductUptimeCheck is an uptime check beyond the free one, per month.
	ProductUptimeCheck Product = "uptime-check"
)

// Products lists every product.
var Products = []Product{
	ProductLoadBalancerNode, ProductVolume, ProductVolumeSnapshot, ProductControlPlane,
	ProductControlPlaneHA, ProductTransfer, ProductSpaces, ProductSpacesStorage,
	ProductSpacesCold, ProductPeering, ProductPeeringTransfer, ProductNATGateway,
	ProductUptimeCheck,
}

// SpacesIncludedGiB is the storage that the Spaces subscription includes (an answer of 2018 at
// digitalocean.com/community/questions/prices-explanation-5-per-space-or-5-for-spaces;
// no dated price page was found, so the price is marked unverified).
const SpacesIncludedGiB = 250

// UptimeChecksFree is the uptime checks an account has for nothing (operators' notes
// of 2026 in public repositories; not found in a DigitalOcean document).
const UptimeChecksFree = 1
