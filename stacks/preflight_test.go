package stacks_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

const owner = "id:0123abcd"

// emptyAccount offers everything and holds nothing.
func emptyAccount() *account.Snapshot {
	var sizes []string
	for _, size := range sizing.DefaultCatalogue().Sizes {
		sizes = append(sizes, size.Slug)
	}
	return &account.Snapshot{
		DropletLimit: 100,
		Regions: []godo.Region{
			{Slug: "sgp1", Available: true, Sizes: sizes}, {Slug: "syd1", Available: true, Sizes: sizes}, {Slug: "nyc2"},
		},
		Versions:  []string{"1.35.4-do.0", "1.34.8-do.0"},
		NodeSizes: sizes,
		Registry:  true,
	}
}

// deployedAccount holds prod's singapore as a deployment leaves it.
func deployedAccount() *account.Snapshot {
	s := emptyAccount()
	s.DropletLimit = 200
	s.VPCs = []*godo.VPC{{ID: "v", Name: "gomeet-prod-singapore-vpc", IPRange: "10.64.0.0/20", Description: "GoMeet, " + owner}}
	s.Clusters = []*godo.KubernetesCluster{{
		Name: "gomeet-prod-singapore-cluster", RegionSlug: "sgp1", VersionSlug: "1.35.4-do.0", VPCUUID: "v", HA: true,
		ClusterSubnet: "10.65.0.0/18", ServiceSubnet: "10.65.64.0/20", Tags: []string{owner},
		NodePools: []*godo.KubernetesNodePool{deployedPool("default", "s-2vcpu-4gb", 2)},
	}}
	s.LoadBalancers = []godo.LoadBalancer{{Name: "gomeet-prod-singapore-web", VPCUUID: "v"}}
	s.Peerings = []*godo.VPCPeering{{VPCIDs: []string{"v", "w"}}}
	s.Projects = []godo.Project{{Name: "gomeet-prod", Description: owner}}
	s.ZoneRecords, s.ZoneTexts = 9, map[string][]string{"_gomeet": {owner}}
	for range 61 {
		s.Droplets = append(s.Droplets, godo.Droplet{Tags: []string{owner}})
	}
	return s
}

// deployedPool is a pool as the program makes it.
func deployedPool(role, size string, count int) *godo.KubernetesNodePool {
	return &godo.KubernetesNodePool{
		Name: "gomeet-prod-singapore-" + role + "-" + size, Size: size, Count: count,
		Labels: map[string]string{components.RoleLabel: role},
	}
}

// withServers has a pool of object store servers.
func withServers(count int) *account.Snapshot { return withPool("minio", "s-4vcpu-8gb", count) }

// withPool has a pool under the name that components.NodePools gives it.
func withPool(role, size string, count int) *account.Snapshot {
	s := deployedAccount()
	s.Clusters[0].NodePools = append(s.Clusters[0].NodePools, deployedPool(role, size, count))
	return s
}

// Another size of SFU node ends meetings, and a preview says so.
func TestWarnings(t *testing.T) {
	for size, want := range map[string]int{"": 0, "g-16vcpu-64gb": 0, "c-32": 1} {
		cfg, err := stacks.Load("prod", configuration(t, "prod"))
		require.NoError(t, err)
		s := deployedAccount()
		if size != "" {
			s = withPool("sfu", size, 12)
		}
		warnings, err := cfg.Check(s)
		require.NoError(t, err)
		require.Len(t, warnings, want, size)
		for _, w := range warnings {
			require.Contains(t, w, `gomeet:pools.sfu.size: "g-16vcpu-64gb": site "singapore" has "c-32"`)
		}
	}
}

// yours is prod with nothing of documentation's in it.
func yours(alerting, protect string) map[string]string {
	return map[string]string{
		"gomeet:domain": "gomeet.org", "gomeet:alertEmails": `["oncall@gomeet.org"]`, "gomeet:controlPlaneAllowedAddresses": `["8.8.8.0/24"]`,
		"gomeet:alerting": alerting, "gomeet:protect": protect,
		"gomeet:slackWebhook": "https://hooks.slack.com/services/x", "gomeet:pagerDutyKey": "key",
	}
}

// So does another version of Kubernetes, where there are SFU nodes.
func TestWarningOfAnUpgrade(t *testing.T) {
	cfg, err := stacks.Load("prod", configuration(t, "prod"))
	require.NoError(t, err)
	s := withPool("sfu", "g-16vcpu-64gb", 12)
	s.Clusters[0].VersionSlug = "1.34.8-do.0"
	warnings, err := cfg.Check(s)
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	require.Contains(t, warnings[0], `gomeet:kubernetesVersion: "1.35.4-do.0": the upgrade of site "singapore" from "1.34.8-do.0" replaces every node`)
	s.Clusters[0].NodePools = nil
	warnings, err = cfg.Check(s)
	require.NoError(t, err)
	require.Empty(t, warnings)
}

func TestCheck(t *testing.T) {
	const renamed = `[{"name":"sg","formerly":"singapore","region":"sgp1","vpcRange":"10.64.0.0/20","clusterSubnet":"10.65.0.0/18","serviceSubnet":"10.65.64.0/20"}]`
	taken := func(what string) string {
		return what + ` is taken by something that is not this stack's (it does not carry id:0123abcd); ` +
			`another stack of this name may use the account: rename this one, or remove what is left of the other`
	}
	site := func(fields string) map[string]string {
		return map[string]string{"gomeet:sites": `[{"name":"singapore",` + fields + `}]`}
	}
	for name, c := range map[string]struct {
		account func(*account.Snapshot)
		set     map[string]string
		want    []string
	}{
		"nothing there":        {},
		"its own, once more":   {account: func(s *account.Snapshot) { *s = *deployedAccount() }},
		"its own, renamed":     {account: func(s *account.Snapshot) { *s = *deployedAccount() }, set: map[string]string{"gomeet:sites": renamed}},
		"one minor version up": {account: func(s *account.Snapshot) { *s = *deployedAccount(); s.Clusters[0].VersionSlug = "1.34.8-do.0" }},
		"running, and no longer on offer": {
			account: func(s *account.Snapshot) { *s = *deployedAccount(); s.Versions = nil },
			set:     site(`"vpcRange":"10.64.0.0/20","clusterSubnet":"10.65.0.0/18","serviceSubnet":"10.65.64.0/20"`),
		},
		"examples in a real account": {
			account: func(s *account.Snapshot) { s.Real = true },
			want: []string{
				`gomeet:domain: "gomeet.example": is reserved for documentation; put yours here`,
				`gomeet:alertEmails: "oncall@gomeet.example": is reserved for documentation; put yours here`,
				`gomeet:controlPlaneAllowedAddresses: "203.0.113.0/24": is reserved for documentation; put yours here`,
				`gomeet:alerting: missing; gomeet:protect is true and nobody would be told of an alert: ` +
					`slack or pagerDuty must be true, with its secret (docs/observability.md)`,
			},
		},
		"a real account, and somebody is told": {
			account: func(s *account.Snapshot) { s.Real = true },
			set:     yours(`{"slack":true}`, "true"),
		},
		"a real account, and somebody is woken": {
			account: func(s *account.Snapshot) { s.Real = true },
			set:     yours(`{"pagerDuty":true}`, "true"),
		},
		"a real account with nothing to lose": {
			account: func(s *account.Snapshot) { s.Real = true },
			set:     yours(`{}`, "false"),
		},
		"closed region": {
			account: func(s *account.Snapshot) { s.Regions[0].Available = false },
			want: []string{
				`gomeet:sites[0].region: "sgp1": is not open to this account; open are syd1`,
				`gomeet:sites[1].region: "sgp1": is not open to this account; open are syd1`,
			},
		},
		"size not sold there": {
			account: func(s *account.Snapshot) { s.Regions[0].Sizes = without(s.Regions[0].Sizes, "g-4vcpu-16gb") },
			want:    []string{`gomeet:pools.redis.size: "g-4vcpu-16gb": is not sold in sgp1 (site "singapore"); list what is with "doctl compute size list"`},
		},
		"size not for nodes": {
			account: func(s *account.Snapshot) { s.NodeSizes = without(s.NodeSizes, "g-4vcpu-16gb") },
			want:    []string{`gomeet:pools.redis.size: "g-4vcpu-16gb": is not offered for Kubernetes nodes; list what is with "doctl kubernetes options sizes"`},
		},
		"version not on offer": {
			set:  map[string]string{"gomeet:kubernetesVersion": "1.29.1-do.0"},
			want: []string{`gomeet:kubernetesVersion: "1.29.1-do.0": is not on offer; on offer are 1.35.4-do.0, 1.34.8-do.0`},
		},
		"downgrade": {
			account: func(s *account.Snapshot) { *s = *deployedAccount() },
			set:     map[string]string{"gomeet:kubernetesVersion": "1.34.8-do.0"},
			want:    []string{`gomeet:kubernetesVersion: "1.34.8-do.0": is older than 1.35.4-do.0, which site "singapore" runs; clusters cannot go back`},
		},
		"downgrade of the build": {
			account: func(s *account.Snapshot) { *s = *deployedAccount(); s.Clusters[0].VersionSlug = "1.35.10-do.1" },
			want:    []string{`gomeet:kubernetesVersion: "1.35.4-do.0": is older than 1.35.10-do.1, which site "singapore" runs; clusters cannot go back`},
		},
		"skipped version": {
			account: func(s *account.Snapshot) { *s = *deployedAccount(); s.Clusters[0].VersionSlug = "1.33.12-do.0" },
			want:    []string{`gomeet:kubernetesVersion: "1.35.4-do.0": is more than one minor version above 1.33.12-do.0, which site "singapore" runs; upgrade one at a time`},
		},
		"too few Droplets": {
			account: func(s *account.Snapshot) { s.Droplets = make([]godo.Droplet, 40) },
			want: []string{`gomeet: the plan takes up to 89 Droplets, others have 40, and the account may have 100; ` +
				`lower the target or ask DigitalOcean to raise the limit`},
		},
		"no registry": {
			account: func(s *account.Snapshot) { s.Registry = false },
			want: []string{`gomeet:registryIntegration: "true": the account has no container registry; ` +
				`an account has one for all of its stacks, make it with "doctl registry create NAME"`},
		},
		"a fifth object store server": {
			account: func(s *account.Snapshot) { *s = *withServers(4) },
			set:     map[string]string{"gomeet:objectStore": "minio", "gomeet:pools": `{"minio":{"count":5}}`},
			want: []string{`gomeet:pools.minio.count: "5": cannot change while objectStore is "minio": the servers of site "singapore" are 4, ` +
				`and no other number can read what they wrote; move the recordings to a new store (docs/data.md)`},
		},
		"a fifth node of a pool without servers": {
			account: func(s *account.Snapshot) { *s = *withServers(4) },
			set:     map[string]string{"gomeet:pools": `{"minio":{"count":5}}`},
		},
		"as many object store servers": {
			account: func(s *account.Snapshot) { *s = *withServers(4) },
			set:     map[string]string{"gomeet:objectStore": "minio"},
		},
		"a fourth Redis master": {
			account: func(s *account.Snapshot) { *s = *withPool("redis", "g-4vcpu-16gb", 6) },
			set:     map[string]string{"gomeet:pools": `{"redis":{"count":8}}`},
			want:    []string{redisCount("8", 8, 6)},
		},
		"fewer Redis servers": {
			account: func(s *account.Snapshot) { *s = *withPool("redis", "g-4vcpu-16gb", 6) },
			set:     map[string]string{"gomeet:pools": `{"redis":{"count":3}}`},
			want:    []string{redisCount("3", 3, 6)},
		},
		"a spare node for Redis": {
			account: func(s *account.Snapshot) { *s = *withPool("redis", "g-4vcpu-16gb", 6) },
			set:     map[string]string{"gomeet:pools": `{"redis":{"count":7}}`},
		},
		"replicas for three Redis masters": {
			account: func(s *account.Snapshot) { *s = *withPool("redis", "g-4vcpu-16gb", 2) },
		},
		"larger Redis nodes": {
			account: func(s *account.Snapshot) { *s = *withPool("redis", "g-2vcpu-8gb", 6) },
		},
		"a second stack of this name": {
			account: func(s *account.Snapshot) {
				*s = *deployedAccount()
				s.VPCs[0].Description, s.Clusters[0].Tags, s.Projects[0].Description = "id:99999999", []string{"id:99999999"}, "id:99999999"
				s.ZoneTexts["_gomeet"] = []string{"id:99999999"}
				s.DropletLimit = 200
			},
			want: []string{
				`gomeet:sites[0].name: "singapore": ` + taken(`VPC "gomeet-prod-singapore-vpc"`),
				`gomeet:sites[0].name: "singapore": ` + taken(`cluster "gomeet-prod-singapore-cluster"`),
				`gomeet:sites[0].name: "singapore": ` + taken(`load balancer "gomeet-prod-singapore-web"`),
				`stack: "prod": ` + taken(`project "gomeet-prod"`),
				`gomeet:domain: "gomeet.example": belongs to another stack (id:99999999); every stack has a zone of its own`,
				`gomeet:sites[0].vpcRange: "10.64.0.0/20": overlaps 10.64.0.0/20 of VPC "gomeet-prod-singapore-vpc" in this account`,
			},
		},
		"a zone by hand": {
			account: func(s *account.Snapshot) { s.ZoneRecords = 1 },
			want: []string{`gomeet:domain: "gomeet.example": exists already and is no stack's; take it over with ` +
				`"pulumi import digitalocean:index/domain:Domain zone gomeet.example" after adding the TXT record _gomeet with the value id:0123abcd`},
		},
		"somebody's VPC": {
			account: func(s *account.Snapshot) { s.VPCs = []*godo.VPC{{Name: "office", IPRange: "10.73.0.0/16"}} },
			want: []string{
				`gomeet:sites[1].clusterSubnet: "10.73.0.0/18": overlaps 10.73.0.0/16 of VPC "office" in this account`,
				`gomeet:sites[1].serviceSubnet: "10.73.64.0/20": overlaps 10.73.0.0/16 of VPC "office" in this account`,
			},
		},
		"everything that replaces a cluster": {
			account: func(s *account.Snapshot) { *s = *deployedAccount() },
			set: plus(site(`"region":"syd1","vpcRange":"10.80.0.0/20","clusterSubnet":"10.81.0.0/18","serviceSubnet":"10.81.64.0/20"`),
				"gomeet:pools", `{"default":{"size":"s-4vcpu-8gb"}}`, "gomeet:highAvailability", "false", "gomeet:backupRegion", "blr1"),
			want: []string{
				replaced("gomeet:sites[0].region", "syd1", "sgp1"),
				replaced("gomeet:sites[0].clusterSubnet", "10.81.0.0/18", "10.65.0.0/18"),
				replaced("gomeet:sites[0].serviceSubnet", "10.81.64.0/20", "10.65.64.0/20"),
				replaced("gomeet:sites[0].vpcRange", "10.80.0.0/20", "10.64.0.0/20"),
				replaced("gomeet:pools.default.size", "s-4vcpu-8gb", "s-2vcpu-4gb"),
				`gomeet:highAvailability: "false": cannot be switched off: the control plane of site "singapore" has it`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			raw := configuration(t, "prod")
			maps.Copy(raw, c.set)
			cfg, err := stacks.Load("prod", raw)
			require.NoError(t, err)
			snapshot := emptyAccount()
			if c.account != nil {
				c.account(snapshot)
			}
			_, err = cfg.Check(snapshot)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			var problems stacks.Problems
			require.True(t, errors.As(err, &problems), "error: %v", err)
			var got []string
			for _, problem := range problems {
				got = append(got, problem.String())
			}
			require.ElementsMatch(t, c.want, got)
		})
	}
}

func redisCount(count string, wanted, has int) string {
	return fmt.Sprintf(`gomeet:pools.redis.count: %q: would make %d Redis servers of the %d of site "singapore", `+
		`and nothing moves slots to new masters or away from those that go; set it to %d, `+
		`and for more memory take a larger gomeet:pools.redis.size (docs/data.md)`, count, wanted, has, has)
}

func replaced(key, want, has string) string {
	return key + `: "` + want + `": cannot change: the cluster of site "singapore" has "` + has + `", and another value would ` +
		`replace it with everything on it; add a new site and move there`
}

func without(list []string, word string) []string {
	var rest []string
	for _, w := range list {
		if w != word {
			rest = append(rest, w)
		}
	}
	return rest
}

func plus(m map[string]string, pairs ...string) map[string]string {
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// An upgrade without room for new nodes takes old ones away first.
func TestWarningOfNoSurge(t *testing.T) {
	cfg, err := stacks.Load("prod", configuration(t, "prod"))
	require.NoError(t, err)
	plan, err := cfg.Plan()
	require.NoError(t, err)
	s := deployedAccount()
	s.Droplets = append(s.Droplets, godo.Droplet{})
	most := 1
	for _, pool := range plan.Pools {
		most += max(pool.Count, pool.Max)
	}
	for room, want := range map[int]int{0: 1, 19: 1, 20: 0} {
		s.DropletLimit = most + room
		warnings, err := cfg.Check(s)
		require.NoError(t, err)
		require.Len(t, warnings, want, room)
		for _, w := range warnings {
			require.Contains(t, w, fmt.Sprintf("others have 1, and the account may have %d: an upgrade of Kubernetes needs 20 more", most+room))
		}
	}
}

// Nodes older than the first peering of their VPC have no routes over it.
func TestWarningOfTheFirstPeering(t *testing.T) {
	cfg, err := stacks.Load("prod", configuration(t, "prod"))
	require.NoError(t, err)
	s := deployedAccount()
	warnings, err := cfg.Check(s)
	require.NoError(t, err)
	require.Empty(t, warnings)
	s.Peerings[0].VPCIDs[0] = "another's"
	warnings, err = cfg.Check(s)
	require.NoError(t, err)
	require.Len(t, warnings, 1)
	require.Contains(t, warnings[0], `the nodes of site "singapore" are older than the first peering`)
}
