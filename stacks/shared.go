package stacks

import (
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

// joinSites makes what needs all sites: peerings and the project.
func joinSites(ctx *pulumi.Context, cfg *Config, s *shared, sites []*deployedSite) error {
	var names []string
	var vpcs []pulumi.StringInput
	members := pulumi.StringArray{
		s.zone.CloudURN, s.storage.Recordings.BucketUrn, s.storage.Backups.BucketUrn, s.storage.State.BucketUrn,
	}
	for i, site := range sites {
		names, vpcs = append(names, cfg.Sites[i].Name), append(vpcs, site.network.VPCID)
		members = append(members, site.cluster.CloudURN)
		for _, edge := range sortedKeys(site.balancers.All) {
			members = append(members, site.balancers.All[edge].LoadBalancerUrn)
		}
	}
	if len(sites) > 1 {
		if _, err := components.NewPeerings(ctx, "peerings", &components.PeeringsArgs{
			Environment: s.env, Sites: names, VPCs: vpcs,
		}); err != nil {
			return err
		}
	}
	_, err := components.NewProject(ctx, "project", &components.ProjectArgs{Environment: s.env, Members: members})
	return err
}
