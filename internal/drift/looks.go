package drift

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"
	"github.com/shopspring/decimal"

	"github.com/gomeet/infra/internal/pages"
	"github.com/gomeet/infra/sizing"
)

type look func(context.Context, *godo.Client, *known) ([]Finding, error)

// looks are the lists of an account that are looked through.
var looks = []look{
	each("Droplets", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.Droplet, *godo.Response, error) {
		return c.Droplets.List(ctx, o)
	}, droplet),
	each("volumes", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.Volume, *godo.Response, error) {
		return c.Storage.ListVolumes(ctx, &godo.ListVolumeParams{ListOptions: o})
	}, volume),
	each("load balancers", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.LoadBalancer, *godo.Response, error) {
		return c.LoadBalancers.List(ctx, o)
	}, loadBalancer),
	each("firewalls", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.Firewall, *godo.Response, error) {
		return c.Firewalls.List(ctx, o)
	}, firewall),
	each("clusters", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]*godo.KubernetesCluster, *godo.Response, error) {
		return c.Kubernetes.List(ctx, o)
	}, cluster),
	each("VPCs", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]*godo.VPC, *godo.Response, error) {
		return c.VPCs.List(ctx, o)
	}, func(_ *known, v *godo.VPC) []thing {
		return []thing{{kind: "VPC", id: v.ID, name: v.Name, text: v.Description, fix: "doctl vpcs delete " + v.ID}}
	}),
	each("VPC peerings", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]*godo.VPCPeering, *godo.Response, error) {
		return c.VPCs.ListVPCPeerings(ctx, o)
	}, peering),
	each("snapshots", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.Snapshot, *godo.Response, error) {
		return c.Snapshots.List(ctx, o)
	}, snapshot),
	each("reserved IPs", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.ReservedIP, *godo.Response, error) {
		return c.ReservedIPs.List(ctx, o)
	}, reservedIP),
	each("certificates", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.Certificate, *godo.Response, error) {
		return c.Certificates.List(ctx, o)
	}, func(k *known, v godo.Certificate) []thing {
		if k.ids[v.Name] { // the provider goes by the name
			return nil
		}
		return []thing{{kind: "certificate", id: v.ID, name: v.Name, fix: "doctl compute certificate delete " + v.ID}}
	}),
	each("uptime checks", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.UptimeCheck, *godo.Response, error) {
		return c.UptimeChecks.List(ctx, o)
	}, func(k *known, v godo.UptimeCheck) []thing {
		return []thing{{
			kind: "uptime check", id: v.ID, name: v.Name, cost: k.price(sizing.ProductUptimeCheck, 1), fix: "doctl monitoring uptime delete " + v.ID,
		}}
	}),
	each("alert policies", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.AlertPolicy, *godo.Response, error) {
		return c.Monitoring.ListAlertPolicies(ctx, o)
	}, func(_ *known, v godo.AlertPolicy) []thing {
		return []thing{{kind: "alert policy", id: v.UUID, name: v.Description, fix: "doctl monitoring alert delete " + v.UUID}}
	}),
	each("Spaces keys", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]*godo.SpacesKey, *godo.Response, error) {
		return c.SpacesKeys.List(ctx, o)
	}, func(_ *known, v *godo.SpacesKey) []thing {
		return []thing{{kind: "Spaces key", id: v.AccessKey, name: v.Name, fix: "doctl spaces keys delete " + v.AccessKey}}
	}),
	each("CDN endpoints", func(ctx context.Context, c *godo.Client, o *godo.ListOptions) ([]godo.CDN, *godo.Response, error) {
		return c.CDNs.List(ctx, o)
	}, func(_ *known, v godo.CDN) []thing {
		return []thing{{kind: "CDN endpoint", id: v.ID, name: v.Endpoint, text: v.Origin, fix: "doctl compute cdn delete " + v.ID}}
	}),
}

// each looks through one list.
func each[T any](
	what string, list func(context.Context, *godo.Client, *godo.ListOptions) ([]T, *godo.Response, error), of func(*known, T) []thing,
) look {
	return func(ctx context.Context, client *godo.Client, k *known) ([]Finding, error) {
		all, err := pages.All(what, func(o *godo.ListOptions) ([]T, *godo.Response, error) { return list(ctx, client, o) })
		if err != nil {
			return nil, err
		}
		var found []Finding
		for _, v := range all {
			for _, t := range of(k, v) {
				if named, ok := any(v).(interface{ URN() string }); ok && t.urn == "" {
					t.urn = named.URN()
				}
				found = append(found, k.stray(t)...)
			}
		}
		return found, nil
	}
}

// droplet leaves out the nodes of managed clusters.
func droplet(k *known, d godo.Droplet) []thing {
	id := strconv.Itoa(d.ID)
	if k.cluster(d.Tags) != "" {
		k.made[id] = true
		return nil
	}
	t := thing{kind: "Droplet", id: id, name: d.Name, vpc: d.VPCUUID, tags: d.Tags, fix: "doctl compute droplet delete " + id}
	if d.Size != nil {
		cost := decimal.NewFromFloat(d.Size.PriceMonthly)
		t.cost = &cost
	}
	return []thing{t}
}

// volume leaves out the volumes of claims in managed clusters. One of a cluster that is
// gone is nobody's; it is the stack's if its tags or name say so.
func volume(k *known, v godo.Volume) []thing {
	if strings.HasPrefix(v.Name, "pvc-") && k.cluster(v.Tags) != "" {
		k.made[v.ID] = true
		return nil
	}
	return []thing{{
		kind: "volume", id: v.ID, name: v.Name, tags: v.Tags, text: v.Description,
		cost: k.price(sizing.ProductVolume, v.SizeGigaBytes), fix: "look at it, then doctl compute volume delete " + v.ID,
	}}
}

func loadBalancer(k *known, lb godo.LoadBalancer) []thing {
	t := thing{
		kind: "load balancer", id: lb.ID, name: lb.Name, vpc: lb.VPCUUID, tags: lb.Tags,
		cost: k.price(sizing.ProductLoadBalancerNode, int64(max(lb.SizeUnit, 1))), fix: "doctl compute load-balancer delete " + lb.ID,
	}
	if id := k.cluster(lb.Tags); id != "" {
		t.fix = "a Service of type LoadBalancer in cluster " + id + " made it: delete the Service"
	}
	return []thing{t}
}

// firewall leaves out those that DOKS puts on its nodes.
func firewall(k *known, f godo.Firewall) []thing {
	for id := range k.clusters {
		if strings.HasPrefix(f.Name, "k8s-") && strings.Contains(f.Name, id) {
			return nil
		}
	}
	tags := slices.Clone(f.Tags)
	name := f.Name
	// A firewall with the tag of one of the stack's pools opens the stack's nodes.
	for _, tag := range tags {
		if strings.HasPrefix(tag, k.owner.Prefix) {
			tags = append(tags, k.owner.Tag)
		}
	}
	return []thing{{kind: "firewall", id: f.ID, name: name, tags: tags, fix: "doctl compute firewall delete " + f.ID}}
}

// cluster also looks for node pools that somebody added to a managed cluster.
func cluster(k *known, c *godo.KubernetesCluster) []thing {
	if !k.ids[c.ID] {
		return []thing{{
			kind: "cluster", id: c.ID, name: c.Name, vpc: c.VPCUUID, tags: c.Tags, cost: k.clusterPrice(c),
			fix: "look at it, then doctl kubernetes cluster delete " + c.ID,
		}}
	}
	var added []thing
	for _, pool := range c.NodePools {
		// The default pool is a property of the cluster.
		if slices.Contains(pool.Tags, "terraform:default-node-pool") {
			continue
		}
		added = append(added, thing{
			kind: "node pool", id: pool.ID, name: pool.Name, tags: []string{k.owner.Tag}, cost: k.nodesPrice(pool),
			fix: "doctl kubernetes cluster node-pool delete " + c.ID + " " + pool.ID,
		})
	}
	return added
}

// nodesPrice is what the nodes of a pool cost, nil when the size has no price.
func (k *known) nodesPrice(pool *godo.KubernetesNodePool) *decimal.Decimal {
	size, ok := k.catalog.Size(pool.Size)
	if !ok || !size.Monthly.Amount.Valid {
		return nil
	}
	cost := size.Monthly.Amount.Decimal.Mul(decimal.NewFromInt(int64(pool.Count)))
	return &cost
}

// clusterPrice is what a cluster costs, nil when a part of it has no price.
func (k *known) clusterPrice(c *godo.KubernetesCluster) *decimal.Decimal {
	products := []sizing.Product{sizing.ProductControlPlane}
	if c.HA {
		products = append(products, sizing.ProductControlPlaneHA)
	}
	var parts []*decimal.Decimal
	for _, product := range products {
		parts = append(parts, k.price(product, 1))
	}
	for _, pool := range c.NodePools {
		parts = append(parts, k.nodesPrice(pool))
	}
	total := decimal.Zero
	for _, part := range parts {
		if part == nil {
			return nil
		}
		total = total.Add(*part)
	}
	return &total
}

// reservedIP has no price: an address costs something only while no Droplet has it, and no
// document was found that says how much.
func reservedIP(k *known, ip godo.ReservedIP) []thing {
	t := thing{kind: "reserved IP", id: ip.IP, name: ip.IP, fix: "doctl compute reserved-ip delete " + ip.IP}
	if ip.Droplet != nil {
		t.vpc, t.tags = ip.Droplet.VPCUUID, ip.Droplet.Tags
	}
	if k.projects[ip.ProjectID] {
		t.tags = append(t.tags, k.owner.Tag)
	}
	return []thing{t}
}

// peering is the stack's if one of its ends is.
func peering(k *known, p *godo.VPCPeering) []thing {
	t := thing{kind: "VPC peering", id: p.ID, name: p.Name, cost: k.price(sizing.ProductPeering, 1), fix: "doctl vpcs peerings delete " + p.ID}
	for _, vpc := range p.VPCIDs {
		if k.vpcs[vpc] {
			t.vpc = vpc
		}
	}
	return []thing{t}
}

// snapshot is the stack's if it is of one of its volumes or Droplets. The catalogue has the
// price of volumes' snapshots only.
func snapshot(k *known, s godo.Snapshot) []thing {
	t := thing{
		kind: "snapshot", id: s.ID, name: s.Name, tags: s.Tags, from: s.ResourceID, fix: "look at it, then doctl compute snapshot delete " + s.ID,
	}
	if price := k.price(sizing.ProductVolumeSnapshot, 1); price != nil && s.ResourceType == "volume" {
		cost := price.Mul(decimal.NewFromFloat(s.SizeGigaBytes))
		t.cost = &cost
	}
	return []thing{t}
}
