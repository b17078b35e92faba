package cost

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/sizing"
)

// Type tokens of pulumi-digitalocean v4.
const (
	typeCluster      = "digitalocean:index/kubernetesCluster:KubernetesCluster"
	typePool         = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
	typeDroplet      = "digitalocean:index/droplet:Droplet"
	typeLoadBalancer = "digitalocean:index/loadBalancer:LoadBalancer"
	typeVolume       = "digitalocean:index/volume:Volume"
	typeSnapshot     = "digitalocean:index/volumeSnapshot:VolumeSnapshot"
	typeBucket       = "digitalocean:index/spacesBucket:SpacesBucket"
	typePeering      = "digitalocean:index/vpcPeering:VpcPeering"
	typeGateway      = "digitalocean:index/vpcNatGateway:VpcNatGateway"
	typeCheck        = "digitalocean:index/uptimeCheck:UptimeCheck"
)

// rules price what is not free, by type.
var rules = map[string]func(*pricer, *engine.Resource){
	typeCluster:      (*pricer).cluster,
	typePool:         (*pricer).pool,
	typeDroplet:      (*pricer).droplet,
	typeLoadBalancer: (*pricer).loadBalancer,
	typeVolume:       (*pricer).volume,
	typeSnapshot:     (*pricer).snapshot,
	typeBucket:       func(p *pricer, _ *engine.Resource) { p.buckets++ },
	typeCheck:        func(p *pricer, _ *engine.Resource) { p.checks++ },
	typePeering: func(p *pricer, r *engine.Resource) {
		p.add(r, Line{Component: sizing.ComponentNetwork, What: "VPC peering", Quantity: count(1), Price: p.catalogue.Price(sizing.ProductPeering)})
	},
	typeGateway: func(p *pricer, r *engine.Resource) {
		p.add(r, Line{Component: sizing.ComponentNetwork, What: "NAT gateway", Quantity: count(1), Price: p.catalogue.Price(sizing.ProductNATGateway)})
	},
	"kubernetes:core/v1:PersistentVolumeClaim": (*pricer).claim,
	"kubernetes:apps/v1:StatefulSet":           (*pricer).statefulSet,
	"kubernetes:core/v1:Service":               (*pricer).service,
}

// freeTypes are what DigitalOcean does not bill: networks, names, access, alerts and
// groups (docs.digitalocean.com/platform/billing lists what it bills).
var freeTypes = []string{
	"cdn:Cdn", "certificate:Certificate", "dnsRecord:DnsRecord", "domain:Domain", "firewall:Firewall",
	"monitorAlert:MonitorAlert", "project:Project", "projectResources:ProjectResources",
	"reservedIpAssignment:ReservedIpAssignment", "spacesBucketCorsConfiguration:SpacesBucketCorsConfiguration",
	"spacesBucketPolicy:SpacesBucketPolicy", "spacesKey:SpacesKey", "sshKey:SshKey", "tag:Tag",
	"uptimeAlert:UptimeAlert", "volumeAttachment:VolumeAttachment", "vpc:Vpc",
	// Objects are billed by their bucket's GiB, which usage has.
	"spacesBucketObject:SpacesBucketObject",
}

// free reports whether a type costs nothing by itself. Whatever runs in a cluster runs on
// nodes that are billed; providers and components are the engine's own.
func free(token string) bool {
	if rest, ok := strings.CutPrefix(token, "digitalocean:index/"); ok {
		return slices.Contains(freeTypes, rest)
	}
	return strings.HasPrefix(token, "kubernetes:") || strings.HasPrefix(token, "pulumi:") || strings.HasPrefix(token, "random:")
}

// kind is the last part of a type token, such as "DatabaseCluster".
func kind(token string) string { return token[strings.LastIndex(token, ":")+1:] }

// roleLabel is the label that holds the role of a node (see package components).
const roleLabel = "gomeet.com/role"

func (p *pricer) cluster(r *engine.Resource) {
	p.add(r, Line{Part: "control plane", Component: sizing.ComponentControlPlane, What: "control plane",
		Quantity: count(1), Price: p.catalogue.Price(sizing.ProductControlPlane)})
	if yes, known := flag(r.Inputs, "ha"); yes || !known {
		p.add(r, unless(known, Line{Part: "ha", Component: sizing.ComponentControlPlane, What: "high availability of the control plane",
			Quantity: count(1), Price: p.catalogue.Price(sizing.ProductControlPlaneHA)}))
	}
	if pool := object(r.Inputs, "nodePool"); pool != nil {
		p.nodesOf(r, pool, sizing.RoleDefault)
	}
}

func (p *pricer) pool(r *engine.Resource) { p.nodesOf(r, r.Inputs, "node-pool") }

func (p *pricer) loadBalancer(r *engine.Resource) {
	units, known := number(r.Inputs, "sizeUnit", 1)
	price := p.catalogue.Price(sizing.ProductLoadBalancerNode)
	if kind, _ := text(r.Inputs, "type"); strings.EqualFold(kind, "GLOBAL") {
		price = sizing.Price{Unit: price.Unit}
	}
	p.add(r, unless(known, Line{Component: sizing.ComponentLoadBalancer, What: fmt.Sprintf("%s-node load balancer", units),
		Quantity: Same(units), Price: price}))
}

func (p *pricer) volume(r *engine.Resource) {
	gib, known := number(r.Inputs, "size", 0)
	p.add(r, unless(known, p.storage("volumes", decimal.NewFromInt(1), gib)))
}

func (p *pricer) snapshot(r *engine.Resource) {
	// Its size is known once it exists, and is GiB (docs, volume snapshots).
	gib, known := number(r.Outputs, "size", 0)
	known = known && gib.IsPositive()
	p.add(r, unless(known, Line{Component: "snapshots", What: fmt.Sprintf("snapshot of %s GiB", gib),
		Quantity: Same(gib), Price: p.catalogue.Price(sizing.ProductVolumeSnapshot)}))
}

// storage is a line of so many volumes of so many GiB.
func (p *pricer) storage(component string, volumes, gib decimal.Decimal) Line {
	return Line{
		Part: "volumes", Component: component, What: fmt.Sprintf("volumes, %s x %s GiB", volumes, gib),
		Quantity: Same(volumes.Mul(gib)), Price: p.catalogue.Price(sizing.ProductVolume),
	}
}

// unless takes the price off a line whose quantity is not known yet.
func unless(known bool, l Line) Line {
	if !known {
		l.Price, l.Why, l.Quantity = sizing.Price{Unit: l.Price.Unit}, "not known before it exists", Amounts{}
	}
	return l
}
