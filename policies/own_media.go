package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomeet/infra/sizing"
)

// mediaPorts: firewalls that are open to the world are those of SFU pools only, and so
// are the nodes whose ports pods take.
func mediaPorts(_ *Settings, all []Resource) []Problem {
	roles, known := rolesOfTags(all)
	var problems []Problem
	for _, firewall := range ofType(all, firewallType) {
		tags, complete := firewall.Get("tags").Texts()
		if len(open(firewall, "inboundRules", "sourceAddresses", "from")) == 0 || !known || !complete {
			continue
		}
		for _, tag := range tags {
			if on := roles[tag]; !slices.Equal(on, []string{string(sizing.RoleSFU)}) {
				problems = append(problems, Problem{URN: firewall.URN, Subject: tag, Message: fmt.Sprintf("it is open to the world and on nodes of role %s", strings.Join(on, ", "))})
			}
		}
	}
	for _, r := range ofType(all, workloadTypes...) {
		_, spec := podOf(r)
		role := spec.Get("nodeSelector", roleLabel)
		if spec.Get("hostNetwork").True() && role.NotText(string(sizing.RoleSFU)) {
			problems = append(problems, Problem{URN: r.URN, Message: fmt.Sprintf("it is on the network of nodes of role %q", role.Text())})
		}
	}
	return problems
}

// rolesOfTags maps tags to the roles of the pools that have them, and says whether all
// tags are known.
func rolesOfTags(all []Resource) (roles map[string][]string, complete bool) {
	roles, complete = map[string][]string{}, true
	add := func(pool Value) {
		tags, known := pool.Get("tags").Texts()
		label := pool.Get("labels", roleLabel)
		complete = complete && known && !label.Unknown()
		role := label.Text()
		for _, tag := range tags {
			if !slices.Contains(roles[tag], role) {
				roles[tag] = append(roles[tag], role)
			}
		}
	}
	for _, r := range ofType(all, poolType) {
		add(r.Get())
	}
	for _, r := range ofType(all, clusterType) {
		add(r.Get("nodePool"))
	}
	return roles, complete
}
