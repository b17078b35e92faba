package stacks

import (
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// deployedSite is what outputs and other sites need of a site.
type deployedSite struct {
	network   *components.Network
	cluster   *components.Cluster
	balancers *components.Balancers
	api       *components.API
	hosts     []components.Host
	pools     []sizing.Pool
}

// environment is a site of the stack.
func (c *Config) environment(site Site) components.Environment {
	return components.Environment{Stack: c.Stack, ID: c.ID, Site: site.Name, Region: site.Region, Protected: c.Protect}
}

// deploySite declares the i-th site of the configuration.
func deploySite(
	ctx *pulumi.Context, cfg *Config, plan *sizing.Plan, s *shared, i int,
) (*deployedSite, error) {
	site := cfg.Sites[i]
	env := cfg.environment(site)
	if store := cfg.SecretStore; store != nil {
		env.Secrets = &components.SecretStore{
			Region: store.Region, Prefix: store.Prefix,
			AccessKeyID: secret(cfg.Secrets.AWSAccessKeyID), SecretAccessKey: secret(cfg.Secrets.AWSSecretAccessKey),
		}
	}
	renamed := formerly(site)
	d := &deployedSite{network: s.networks[i], pools: plan.PoolsAt(site.Name), hosts: components.Hosts(site.Name, i == 0)}
	var err error
	if d.cluster, err = components.NewCluster(ctx, site.Name, &components.ClusterArgs{
		Environment:         env,
		VPCID:               d.network.VPCID,
		ClusterSubnet:       site.ClusterSubnet.String(),
		ServiceSubnet:       site.ServiceSubnet.String(),
		Version:             cfg.KubernetesVersion,
		HighAvailability:    cfg.HighAvailability,
		MaintenanceDay:      cfg.Maintenance.Day,
		MaintenanceStart:    cfg.Maintenance.Start,
		AllowedAddresses:    cfg.ControlPlaneAllowedAddresses,
		RegistryIntegration: cfg.RegistryIntegration,
		Default:             poolOf(d.pools, sizing.RoleDefault),
	}, renamed, pulumi.DependsOn(s.peerings)); err != nil {
		return nil, err
	}
	pools, err := components.NewNodePools(ctx, site.Name, &components.NodePoolsArgs{
		Environment: env, ClusterID: d.cluster.ID, Pools: d.pools,
	}, renamed)
	if err != nil {
		return nil, err
	}
	if err := d.deployEdge(ctx, cfg, plan, s, env, pools, renamed); err != nil {
		return nil, err
	}
	w := &workloads{cfg: cfg, plan: plan, shared: s, site: site, env: env, pools: d.pools, hosts: d.hosts}
	d.api, err = w.deploy(ctx, renamed, pulumi.Provider(d.cluster.Provider), pulumi.DependsOn([]pulumi.Resource{pools}))
	return d, err
}

// deployEdge declares what stands between the world and the nodes of a site.
func (d *deployedSite) deployEdge(
	ctx *pulumi.Context, cfg *Config, plan *sizing.Plan, s *shared,
	env components.Environment, pools *components.NodePools, renamed pulumi.ResourceOption,
) error {
	certificate, err := s.zone.SiteCertificate(ctx, env.Site, d.hosts)
	if err != nil {
		return err
	}
	d.balancers, err = components.NewBalancers(ctx, env.Site, &components.BalancersArgs{
		Environment: env, VPCID: d.network.VPCID, NodeTag: pools.Tags[sizing.RoleAPI],
		CertificateName: certificate.Name, Balancers: balancersAt(plan, env.Site),
		DataTag: pools.Tags[d.dataRole()], RedisPods: plan.RedisLayout().Pods,
		Store: cfg.ObjectStore == ObjectStoreMinIO,
	}, renamed)
	if err != nil {
		return err
	}
	targets := map[sizing.Edge]string{}
	for _, host := range d.hosts {
		edge := d.carrier(host.Edge)
		if err := s.zone.Point(ctx, host, d.balancers.All[edge].Ip); err != nil {
			return err
		}
		// The site's own names come first; any of them shows that the edge works.
		if targets[edge] == "" {
			targets[edge] = "https://" + host.FQDN(cfg.Domain) + manifests.HealthPath
		}
	}
	var ids, private pulumi.StringArray
	for _, edge := range sortedKeys(d.balancers.All) {
		if edge == sizing.EdgeData {
			private = append(private, d.balancers.All[edge].ID())
			s.dataAddress = d.balancers.All[edge].Ip
			continue
		}
		ids = append(ids, d.balancers.All[edge].ID())
	}
	if _, err := components.NewFirewalls(ctx, env.Site, &components.FirewallsArgs{
		Environment: env, NodeTags: pools.Tags, Balancers: ids, Private: cfg.privateRanges(),
		DataBalancers: private, DataRole: d.dataRole(), Store: cfg.ObjectStore == ObjectStoreMinIO,
	}, renamed); err != nil {
		return err
	}
	_, err = components.NewWatch(ctx, env.Site, &components.WatchArgs{
		Environment: env, Targets: targets, Balancers: d.balancers.All, NodeTags: pools.Tags, Emails: cfg.AlertEmails,
	}, renamed)
	return err
}

// dataRole is the role of the nodes that other sites' connections to the databases enter
// by: any node would do, and these carry what is behind them anyway.
func (d *deployedSite) dataRole() sizing.Role {
	if poolOf(d.pools, sizing.RoleRedis).Count > 0 {
		return sizing.RoleRedis
	}
	return sizing.RolePG
}

// carrier returns the load balancer that carries a kind of traffic at this site.
func (d *deployedSite) carrier(edge sizing.Edge) sizing.Edge {
	if _, ok := d.balancers.All[edge]; ok {
		return edge
	}
	return sizing.EdgeAll
}

// formerly lets the engine find what it made under a site's former name. Children of a
// component inherit its alias.
func formerly(site Site) pulumi.ResourceOption {
	if site.Formerly == "" {
		return pulumi.Aliases(nil)
	}
	return pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String(site.Formerly)}})
}

func balancersAt(plan *sizing.Plan, site string) []sizing.LoadBalancer {
	var here []sizing.LoadBalancer
	for _, lb := range plan.Daemons.LoadBalancers {
		if lb.Site == site {
			here = append(here, lb)
		}
	}
	return here
}

// privateRanges lists the ranges of the nodes and pods of all sites.
func (c *Config) privateRanges() []string {
	var ranges []string
	for _, site := range c.Sites {
		for _, prefix := range []netip.Prefix{site.VPCRange, site.ClusterSubnet} {
			ranges = append(ranges, prefix.String())
		}
	}
	return ranges
}

// poolOf returns the pool of a role; a plan has every role at every site that
// runs it, and a zero pool stands for a role the site does not run.
func poolOf(pools []sizing.Pool, role sizing.Role) sizing.Pool {
	for _, pool := range pools {
		if pool.Role == role {
			return pool
		}
	}
	return sizing.Pool{Role: role}
}
