package stacks

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/gomeet/infra/sizing"
)

// outputs gathers the stack's outputs (for users: docs/foundation.md):
//
//	sites        per site: region, VPC, cluster, API endpoint, node pools, API pods, the
//	             addresses of its load balancers and the names that point there
//	names        the zone, its name servers, and the name of the recordings' CDN
//	buckets      the buckets' names and regions
//	plan         the model and the nodes per role over all sites
//	monthlyCost  US dollars per month as text: low, expected, peak
//	usage        what that cost includes beside resources, per scenario and as text:
//	             egressGiB, recordingsGiB, backupsGiB; "gomeet cost" reads it
//	capacity     meetings and participants the plan carries, and which pool ends first
//	kubeconfigs  per site, secret
//	spacesKeys   per bucket that workloads write to: accessKey and secretKey, secret
type outputs struct {
	plan        *sizing.Plan
	cfg         *Config
	shared      *shared
	sites       pulumi.Map
	kubeconfigs pulumi.Map
}

func newOutputs(plan *sizing.Plan, cfg *Config, s *shared) *outputs {
	return &outputs{plan: plan, cfg: cfg, shared: s, sites: pulumi.Map{}, kubeconfigs: pulumi.Map{}}
}

func (o *outputs) add(site Site, deployed *deployedSite) {
	pools, balancers := pulumi.Map{}, pulumi.Map{}
	for _, pool := range deployed.pools {
		pools[string(pool.Role)] = pulumi.Map{
			"size":  pulumi.String(pool.Size),
			"count": pulumi.Int(pool.Count),
		}
	}
	for edge, balancer := range deployed.balancers.All {
		var hosts pulumi.StringArray
		for _, host := range deployed.hosts {
			if deployed.carrier(host.Edge) == edge {
				hosts = append(hosts, pulumi.String(host.FQDN(o.cfg.Domain)))
			}
		}
		balancers[string(edge)] = pulumi.Map{"ip": balancer.Ip, "names": hosts}
	}
	o.sites[site.Name] = pulumi.Map{
		"region":        pulumi.String(site.Region),
		"vpcId":         deployed.network.VPCID,
		"clusterId":     deployed.cluster.ID,
		"endpoint":      deployed.cluster.Endpoint,
		"loadBalancers": balancers,
		"pools":         pools,
		"apiPods":       deployed.api.Pods,
	}
	o.kubeconfigs[site.Name] = deployed.cluster.Kubeconfig
}

// nameServers are what a zone must be delegated to
// (docs.digitalocean.com/products/networking/dns/getting-started/dns-registrars).
var nameServers = []string{"ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"}

func (o *outputs) export(ctx *pulumi.Context) {
	storage := o.shared.storage
	ctx.Export("sites", o.sites)
	ctx.Export("names", pulumi.Map{
		"zone":        pulumi.String(o.cfg.Domain),
		"nameServers": pulumi.ToStringArray(nameServers),
		"recordings":  pulumi.String(o.shared.delivery.Host),
	})
	ctx.Export("buckets", pulumi.Map{
		"recordings": pulumi.Map{"name": storage.Recordings.Name, "region": pulumi.String(o.cfg.Sites[0].Region)},
		"backups":    pulumi.Map{"name": storage.Backups.Name, "region": pulumi.String(o.cfg.BackupRegion)},
		"state":      pulumi.Map{"name": storage.State.Name, "region": pulumi.String(o.cfg.BackupRegion)},
	})
	ctx.Export("plan", o.planned())
	ctx.Export("monthlyCost", pulumi.StringMap{
		"low":      pulumi.String(o.plan.Cost.Low.Total().StringFixed(2)),
		"expected": pulumi.String(o.plan.Cost.Expected.Total().StringFixed(2)),
		"peak":     pulumi.String(o.plan.Cost.Peak.Total().StringFixed(2)),
	})
	ctx.Export("usage", o.usage())
	ctx.Export("capacity", pulumi.Map{
		"meetings":               pulumi.Int(o.plan.Verdict.Meetings),
		"participantsPerMeeting": pulumi.Int(o.plan.Target.ParticipantsPerMeeting),
		"participants":           pulumi.Int(o.plan.Verdict.Participants),
		"sufficient":             pulumi.Bool(o.plan.Verdict.Sufficient),
		"endsFirst":              pulumi.String(string(o.plan.Verdict.FirstToSaturate)),
	})
	ctx.Export("kubeconfigs", pulumi.ToSecret(o.kubeconfigs))
	ctx.Export("spacesKeys", pulumi.ToSecret(pulumi.Map{
		"recordings": credentials(storage.RecordingsKey),
		"backups":    credentials(storage.BackupsKey),
	}))
}

func credentials(key *digitalocean.SpacesKey) pulumi.Map {
	return pulumi.Map{"accessKey": key.AccessKey, "secretKey": key.SecretKey}
}

func (o *outputs) usage() pulumi.Map {
	scenarios := pulumi.Map{}
	for _, name := range []sizing.ScenarioName{sizing.ScenarioLow, sizing.ScenarioExpected, sizing.ScenarioPeak} {
		u := o.plan.Usage(name)
		scenarios[string(name)] = pulumi.StringMap{
			"egressGiB":     pulumi.String(u.Egress.String()),
			"recordingsGiB": pulumi.String(u.Recordings.String()),
			"backupsGiB":    pulumi.String(u.Backups.String()),
		}
	}
	return scenarios
}

func (o *outputs) planned() pulumi.Map {
	nodes := pulumi.IntMap{}
	for _, role := range sizing.Roles {
		if n := o.plan.Total(role); n > 0 {
			nodes[string(role)] = pulumi.Int(n)
		}
	}
	return pulumi.Map{
		"model":    pulumi.String(string(o.plan.Model)),
		"meetings": pulumi.Int(o.plan.Target.Meetings),
		"nodes":    nodes,
	}
}
