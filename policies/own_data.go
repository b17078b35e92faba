package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// roleLabel is the node label that holds a pool's role.
const roleLabel = "gomeet.com/role"

// dataRoles are the roles whose nodes have the platform's data attached.
var dataRoles = []string{string(sizing.RolePG), string(sizing.RoleRedis), string(sizing.RoleMinIO)}

// dataRules keep what people stored.
func dataRules() []*Rule {
	return []*Rule{
		{
			ID: "gomeet-protect", Severity: Critical,
			Title: "What holds production's data is protected",
			Why:   "A careless destroy, rename or rollback otherwise deletes it.",
			Fix:   "Set protect: clusters, their networks, data pools, buckets, volumes and the DNS zone.",
			Types: []string{clusterType, vpcType, poolType, bucketType, volumeType, domainType},
			Each: func(s *Settings, r Resource) []Problem {
				if r.Type == poolType && !slices.Contains(dataRoles, r.Get("labels", roleLabel).Text()) {
					return nil
				}
				return one(s.Production && !r.Protect, "", "the engine would delete it without asking")
			},
		},
		{
			ID: "gomeet-retain-volumes", Severity: High,
			Title: "Production's volumes outlive their StatefulSet",
			Why:   "A set that is deleted or scaled down otherwise takes its data along.",
			Fix:   "Set persistentVolumeClaimRetentionPolicy to Retain, and use a storage class that retains.",
			Types: []string{"kubernetes:apps/v1:StatefulSet"},
			Each: func(s *Settings, r Resource) []Problem {
				if !s.Production || len(r.Get("spec", "volumeClaimTemplates").Items()) == 0 {
					return nil
				}
				policy := r.Get("spec", "persistentVolumeClaimRetentionPolicy")
				var problems []Problem
				for _, event := range []string{"whenDeleted", "whenScaled"} {
					// Kubernetes' default is Retain.
					what := policy.Get(event)
					problems = append(problems, one(!what.Absent() && what.NotText("Retain"), event, "%s is %s", event, quoted(what))...)
				}
				return problems
			},
		},
		{
			ID: "gomeet-backups-elsewhere", Severity: Critical,
			Title: "Backups are in another region than what they back up",
			Why:   "A region that is lost takes clusters, volumes and the backups next to them.",
			Fix:   "Put the buckets of backups and state into a region without a cluster.",
			All:   backupsElsewhere,
		},
		{
			ID: "gomeet-tags", Severity: Medium,
			Title: "What is billed carries the platform's tags",
			Why:   "Costs, firewalls and the search for strays find resources by their tags.",
			Fix:   "Add gomeet, stack:<stack>, id:<id> and site:<site>; pools also role:<role>.",
			Types: []string{clusterType, poolType, dropletType, volumeType},
			Each:  requiredTags,
		},
	}
}

func backupsElsewhere(_ *Settings, all []Resource) []Problem {
	regions := map[string]string{}
	for _, cluster := range ofType(all, clusterType) {
		regions[cluster.Get("region").Text()] = cluster.Name
	}
	var problems []Problem
	for _, bucket := range ofType(all, bucketType) {
		name := bucket.Name + " " + bucket.Get("name").Text()
		if !strings.Contains(name, "backup") && !strings.Contains(name, "state") {
			continue
		}
		region := bucket.Get("region").Text()
		if cluster, same := regions[region]; same && region != "" {
			problems = append(problems, Problem{URN: bucket.URN, Message: fmt.Sprintf("it is in %s, as cluster %q", region, cluster)})
		}
	}
	return problems
}

func requiredTags(s *Settings, r Resource) []Problem {
	want := []string{"gomeet", "stack:" + s.Stack, "id:", "site:"}
	if r.Type == poolType {
		want = append(want, "role:")
	}
	tags, complete := r.Get("tags").Texts()
	var missing []string
	for _, w := range want {
		// A name that ends in a colon wants a value of any kind.
		value := strings.HasSuffix(w, ":")
		if !slices.ContainsFunc(tags, func(tag string) bool {
			return !value && tag == w || value && strings.HasPrefix(tag, w) && tag != w
		}) {
			missing = append(missing, strings.TrimSuffix(w, ":"))
		}
	}
	return one(complete && len(missing) > 0, "", "tags are missing: %s", strings.Join(missing, ", "))
}
