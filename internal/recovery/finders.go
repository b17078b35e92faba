package recovery

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/pages"
)

// finder looks for what has a wanted resource's name. It returns nothing if there is
// none, or if the name is not known yet.
type finder func(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error)

// Finds says whether what a dead run made of a type is found, or making it again changes
// nothing.
func Finds(token string) bool {
	_, found := finders[token]
	return found || repeatable[token]
}

// repeatable are the types of which the same one can be made twice. So is everything in
// Kubernetes.
var repeatable = map[string]bool{
	"digitalocean:index/tag:Tag": true, "digitalocean:index/projectResources:ProjectResources": true,
}

// finders are the resources of the program whose creation is not repeatable. What import calls a resource is in its page of the registry, under Import.
var finders = map[string]finder{
	"digitalocean:index/vpc:Vpc": named("VPCs", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]*godo.VPC, *godo.Response, error) {
		return c.VPCs.List(ctx, o)
	}, func(v *godo.VPC) (string, Found) { return v.Name, Found{ID: v.ID} }),
	"digitalocean:index/vpcPeering:VpcPeering": named("VPC peerings", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]*godo.VPCPeering, *godo.Response, error) {
		return c.VPCs.ListVPCPeerings(ctx, o)
	}, func(v *godo.VPCPeering) (string, Found) {
		return v.Name, Found{ID: v.ID, Settling: v.Status == "PROVISIONING"}
	}),
	"digitalocean:index/loadBalancer:LoadBalancer": named("load balancers", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.LoadBalancer, *godo.Response, error) {
		return c.LoadBalancers.List(ctx, o)
	}, func(lb godo.LoadBalancer) (string, Found) {
		return lb.Name, Found{ID: lb.ID, Settling: lb.Status == "new"}
	}),
	"digitalocean:index/firewall:Firewall": named("firewalls", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.Firewall, *godo.Response, error) {
		return c.Firewalls.List(ctx, o)
	}, func(f godo.Firewall) (string, Found) { return f.Name, Found{ID: f.ID} }),
	"digitalocean:index/project:Project": named("projects", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.Project, *godo.Response, error) {
		return c.Projects.List(ctx, o)
	}, func(p godo.Project) (string, Found) { return p.Name, Found{ID: p.ID} }),
	// Certificates and domains go by their name.
	"digitalocean:index/certificate:Certificate": named("certificates", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.Certificate, *godo.Response, error) {
		return c.Certificates.List(ctx, o)
	}, func(v godo.Certificate) (string, Found) {
		return v.Name, Found{ID: v.Name, Settling: v.State == "pending"}
	}),
	"digitalocean:index/domain:Domain": named("domains", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.Domain, *godo.Response, error) {
		return c.Domains.List(ctx, o)
	}, func(d godo.Domain) (string, Found) { return d.Name, Found{ID: d.Name} }),
	"digitalocean:index/kubernetesCluster:KubernetesCluster":   findCluster,
	"digitalocean:index/kubernetesNodePool:KubernetesNodePool": findPool,
	"digitalocean:index/dnsRecord:DnsRecord":                   findRecord,
	"digitalocean:index/cdn:Cdn":                               findCDN,
	"digitalocean:index/monitorAlert:MonitorAlert":             findMonitorAlert,
	"digitalocean:index/uptimeCheck:UptimeCheck":               findUptimeCheck,
	"digitalocean:index/uptimeAlert:UptimeAlert":               findUptimeAlert,
	"digitalocean:index/spacesKey:SpacesKey":                   findSpacesKey,
	"digitalocean:index/spacesBucket:SpacesBucket":             findBucket,
}

// Cloud is an account, read through its API. Lists are read once.
type Cloud struct {
	*godo.Client
	// Spaces is the endpoint of the buckets, "" for DigitalOcean's own.
	Spaces string
	lists  map[string]any
}

// list reads a list of the account once.
func list[T any](ctx context.Context, c *Cloud, what string, read func(context.Context, *Cloud, *godo.ListOptions) ([]T, *godo.Response, error)) ([]T, error) {
	if had, ok := c.lists[what].([]T); ok {
		return had, nil
	}
	all, err := pages.All(what, func(o *godo.ListOptions) ([]T, *godo.Response, error) { return read(ctx, c, o) })
	if err != nil {
		return nil, err
	}
	if c.lists == nil {
		c.lists = map[string]any{}
	}
	c.lists[what] = all
	return all, nil
}

// named finds what goes by a name of its own in a list of the account. The program's
// names hold the stack's, and the program refuses to start where something of another
// stack has one of them.
func named[T any](
	what string, read func(context.Context, *Cloud, *godo.ListOptions) ([]T, *godo.Response, error), of func(T) (name string, found Found),
) finder {
	return func(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
		all, err := list(ctx, c, what, read)
		var found []Found
		for _, v := range all {
			if name, one := of(v); name == text(want, "name") {
				one.Import = one.ID
				found = append(found, one)
			}
		}
		return found, err
	}
}

func findRecord(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	zone, value := text(want, "domain"), text(want, "value")
	if zone == "" || value == "" {
		return nil, nil
	}
	records, err := list(ctx, c, "records of "+zone, func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.DomainRecord, *godo.Response, error) {
		records, response, err := c.Domains.Records(ctx, zone, o)
		if response != nil && response.StatusCode == 404 { // the zone is not there yet
			return nil, response, nil
		}
		return records, response, err
	})
	var found []Found
	for _, r := range records {
		// A host is written with and without its dot.
		if r.Type == text(want, "type") && r.Name == text(want, "name") && strings.TrimSuffix(r.Data, ".") == strings.TrimSuffix(value, ".") {
			id := strconv.Itoa(r.ID)
			found = append(found, Found{ID: id, Import: zone + "," + id, delete: func() error {
				_, err := c.Domains.DeleteRecord(ctx, zone, r.ID)
				return err
			}})
		}
	}
	return found, err
}

func findCDN(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	all, err := list(ctx, c, "CDN endpoints", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]godo.CDN, *godo.Response, error) {
		return c.CDNs.List(ctx, o)
	})
	var found []Found
	for _, v := range slices.DeleteFunc(slices.Clone(all), func(v godo.CDN) bool { return v.Origin != text(want, "origin") }) {
		found = append(found, Found{ID: v.ID, Import: v.ID})
	}
	return found, err
}
