package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/sizing"
)

// shared is what a stack has once: names, buckets and their delivery.
type shared struct {
	env      components.Environment
	zone     *components.Zone
	storage  *components.Storage
	delivery *components.Delivery
	// networks are the sites' VPCs in the order of the configuration, and peerings what joins
	// them, if anything does.
	networks []*components.Network
	peerings []pulumi.Resource
	// data is the data tier of the first site, without which nothing at another site gets
	// ready.
	data []pulumi.Resource
	// dataAddress is where other sites reach the primary site's databases.
	dataAddress pulumi.StringInput
}

func deployShared(ctx *pulumi.Context, cfg *Config, plan *sizing.Plan) (*shared, error) {
	s := &shared{env: components.Environment{Stack: cfg.Stack, ID: cfg.ID, Protected: cfg.Protect}}
	var err error
	if s.zone, err = components.NewZone(ctx, "zone", &components.ZoneArgs{Environment: s.env, Domain: cfg.Domain}); err != nil {
		return nil, err
	}
	if s.storage, err = components.NewStorage(ctx, "storage", &components.StorageArgs{
		Environment: s.env, Region: cfg.Sites[0].Region, BackupRegion: cfg.BackupRegion,
		RecordingDays: plan.Target.RetentionDays,
	}); err != nil {
		return nil, err
	}
	s.delivery, err = components.NewDelivery(ctx, "delivery", &components.DeliveryArgs{Zone: s.zone, Bucket: s.storage.Recordings})
	return s, err
}

// joinNetworks makes the sites' VPCs and their peerings, before any cluster: nodes that are
// older than the first peering of their VPC have no routes to another one
// (docs.digitalocean.com/products/networking/vpc/how-to/create-peering).
func joinNetworks(ctx *pulumi.Context, cfg *Config, s *shared) error {
	var names, former []string
	var vpcs []pulumi.StringInput
	for _, site := range cfg.Sites {
		network, err := components.NewNetwork(ctx, site.Name, &components.NetworkArgs{
			Environment: cfg.environment(site), Range: site.VPCRange.String(),
		}, formerly(site))
		if err != nil {
			return fmt.Errorf("site %q: %w", site.Name, err)
		}
		s.networks = append(s.networks, network)
		names, former, vpcs = append(names, site.Name), append(former, site.Formerly), append(vpcs, network.VPCID)
	}
	if len(names) == 1 {
		return nil
	}
	peerings, err := components.NewPeerings(ctx, "peerings", &components.PeeringsArgs{
		Environment: s.env, Sites: names, Formerly: former, VPCs: vpcs,
	})
	s.peerings = []pulumi.Resource{peerings}
	return err
}

// joinSites makes what needs all sites: the project.
func joinSites(ctx *pulumi.Context, s *shared, sites []*deployedSite) error {
	members := pulumi.StringArray{
		s.zone.CloudURN, s.storage.Recordings.BucketUrn, s.storage.Backups.BucketUrn, s.storage.State.BucketUrn,
	}
	for _, site := range sites {
		members = append(members, site.cluster.CloudURN)
		for _, edge := range sortedKeys(site.balancers.All) {
			members = append(members, site.balancers.All[edge].LoadBalancerUrn)
		}
	}
	_, err := components.NewProject(ctx, "project", &components.ProjectArgs{Environment: s.env, Members: members})
	return err
}
