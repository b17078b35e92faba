package stacks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Run is the program: it loads the stack's configuration from the engine and
// deploys it.
func Run(ctx *pulumi.Context) error {
	raw, err := engineConfig()
	if err != nil {
		return err
	}
	loaded, err := Load(ctx.Stack(), raw)
	if err != nil {
		return err
	}
	return Deploy(ctx, loaded)
}

// Deploy declares one environment: every site with its network, cluster, node
// pools and API, in the counts and sizes of the plan, and the stack's outputs.
func Deploy(ctx *pulumi.Context, cfg *Config) error {
	plan, err := cfg.Plan()
	if err != nil {
		return err
	}
	if err := reportSharedRegions(ctx, cfg); err != nil {
		return err
	}
	signingKey := config.New(ctx, Namespace).RequireSecret("apiSigningKey")
	results := newOutputs(plan)
	for _, site := range cfg.Sites {
		result, err := deploySite(ctx, cfg, plan, site, signingKey)
		if err != nil {
			return fmt.Errorf("site %q: %w", site.Name, err)
		}
		results.add(site, result)
	}
	results.export(ctx)
	return nil
}

// deployedSite is what the outputs need of a site.
type deployedSite struct {
	network *components.Network
	cluster *components.Cluster
	api     *components.API
	pools   []sizing.Pool
}

func deploySite(
	ctx *pulumi.Context, cfg *Config, plan *sizing.Plan, site Site, signingKey pulumi.StringOutput,
) (*deployedSite, error) {
	env := components.Environment{
		Stack: cfg.Stack, Site: site.Name, Region: site.Region,
	}
	planned := plan.PoolsAt(site.Name)
	network, err := components.NewNetwork(ctx, site.Name, &components.NetworkArgs{
		Environment: env, Range: site.VPCRange.String(),
	})
	if err != nil {
		return nil, err
	}
	cluster, err := components.NewCluster(ctx, site.Name, &components.ClusterArgs{
		Environment:      env,
		VPCID:            network.VPCID,
		ClusterSubnet:    site.ClusterSubnet.String(),
		ServiceSubnet:    site.ServiceSubnet.String(),
		Version:          cfg.KubernetesVersion,
		HighAvailability: cfg.HighAvailability,
		Default:          poolOf(planned, sizing.RoleDefault),
	})
	if err != nil {
		return nil, err
	}
	pools, err := components.NewNodePools(ctx, site.Name, &components.NodePoolsArgs{
		Environment: env, ClusterID: cluster.ID, Pools: planned,
	})
	if err != nil {
		return nil, err
	}
	apiPool := poolOf(planned, sizing.RoleAPI)
	api, err := components.NewAPI(ctx, site.Name, &components.APIArgs{
		Environment: env,
		Image:       cfg.APIImage,
		Replicas:    apiPool.Count,
		SigningKey:  signingKey,
		Requests:    apiRequests(plan, apiPool),
		Config: manifests.API{
			Environment:    manifests.APIEnvironment{Stack: cfg.Stack, Site: site.Name, Region: site.Region},
			Listen:         ":8080",
			SigningKeyFile: manifests.APISecretDir + "/signing-key",
			Limits: manifests.APILimits{
				WebSockets:             sizing.WebSocketsPerAPIInstance,
				ParticipantsPerMeeting: cfg.Target.ParticipantsPerMeeting,
			},
		},
	}, pulumi.Provider(cluster.Provider), pulumi.DependsOn([]pulumi.Resource{pools}))
	if err != nil {
		return nil, err
	}
	return &deployedSite{network: network, cluster: cluster, api: api, pools: planned}, nil
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

// reportSharedRegions says which sites fail together. It informs and does not warn:
// nothing is wrong as long as DigitalOcean sells no nearer region.
func reportSharedRegions(ctx *pulumi.Context, cfg *Config) error {
	shared := cfg.SharedRegions()
	for _, region := range sortedKeys(shared) {
		message := fmt.Sprintf("sites %s share region %s: they are one failure domain",
			strings.Join(shared[region], " and "), region)
		if err := ctx.Log.Info(message, nil); err != nil {
			return err
		}
	}
	return nil
}
