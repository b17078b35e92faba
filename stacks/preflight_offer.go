package stacks

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/sizing"
)

// accountTimeout is how long the account may be looked at: some ten requests, each
// tried up to five times.
const accountTimeout = 2 * time.Minute

// reservedDomains and reservedAddresses are for documentation (RFC 2606, RFC 6761,
// RFC 5737). They work in the sandbox and nowhere else.
var (
	reservedDomains   = []string{"example", "test", "invalid", "localhost", "example.com", "example.net", "example.org"}
	reservedAddresses = []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	}
)

// placeholders refuses the committed stacks' examples in a real account.
func (c *checker) placeholders() {
	if !c.account.Real {
		return
	}
	const change = "is reserved for documentation; put yours here"
	if placeholder(c.cfg.Domain) {
		c.problems.add(qualified("domain"), c.cfg.Domain, change)
	}
	for _, address := range c.cfg.AlertEmails {
		if placeholder(address[strings.LastIndex(address, "@")+1:]) {
			c.problems.add(qualified("alertEmails"), address, change)
		}
	}
	for _, text := range c.cfg.ControlPlaneAllowedAddresses {
		allowed, err := netip.ParsePrefix(text)
		if err == nil && slices.ContainsFunc(reservedAddresses, allowed.Overlaps) {
			c.problems.add(qualified("controlPlaneAllowedAddresses"), text, change)
		}
	}
}

// listener requires that somebody is told of the platform's own alerts where there is
// something to lose: without a way they are on Alertmanager's page only.
func (c *checker) listener() {
	ways := c.cfg.Alerting
	if c.account.Real && c.cfg.Protect && !ways.Slack && !ways.PagerDuty {
		c.problems.add(qualified("alerting"), "", "missing; gomeet:protect is true and nobody would be told of an alert: "+
			"slack or pagerDuty must be true, with its secret (docs/observability.md)")
	}
}

func placeholder(host string) bool {
	return slices.ContainsFunc(reservedDomains, func(reserved string) bool {
		return host == reserved || strings.HasSuffix(host, "."+reserved)
	})
}

// offers reports regions that are closed and sizes that a region does not sell.
func (c *checker) offers() {
	for i, site := range c.cfg.Sites {
		key := fmt.Sprintf("%s[%d].region", qualified("sites"), i)
		region, ok := c.account.Region(site.Region)
		if !ok || !region.Available {
			var open []string
			for _, r := range c.account.Regions {
				if r.Available {
					open = append(open, r.Slug)
				}
			}
			c.problems.add(key, site.Region, "is not open to this account; open are %s", strings.Join(open, ", "))
			continue
		}
		for _, pool := range c.plan.PoolsAt(site.Name) {
			path := fmt.Sprintf("%s.%s.size", qualified("pools"), pool.Role)
			switch {
			case !slices.Contains(region.Sizes, pool.Size):
				c.problems.add(path, pool.Size, "is not sold in %s (site %q); list what is with \"doctl compute size list\"", site.Region, site.Name)
			case !slices.Contains(c.account.NodeSizes, pool.Size):
				c.problems.add(path, pool.Size, "is not offered for Kubernetes nodes; list what is with \"doctl kubernetes options sizes\"")
			}
		}
	}
}

// version reports a Kubernetes version that cannot be had from where the clusters are.
func (c *checker) version() {
	want, key := c.cfg.KubernetesVersion, qualified("kubernetesVersion")
	running := 0
	for _, site := range c.cfg.Sites {
		cluster := c.cluster(site)
		if cluster == nil {
			continue
		}
		if cluster.VersionSlug == want {
			running++
			continue
		}
		has, wants := minor(cluster.VersionSlug), minor(want)
		switch {
		case wants < has || wants == has && older(want, cluster.VersionSlug):
			c.problems.add(key, want, "is older than %s, which site %q runs; clusters cannot go back", cluster.VersionSlug, site.Name)
		case wants > has+1:
			c.problems.add(key, want, "is more than one minor version above %s, which site %q runs; upgrade one at a time", cluster.VersionSlug, site.Name)
		}
	}
	// A version that is no longer on offer keeps running.
	if running < len(c.cfg.Sites) && !slices.Contains(c.account.Versions, want) {
		c.problems.add(key, want, "is not on offer; on offer are %s", strings.Join(c.account.Versions, ", "))
	}
}

// numbers returns the numbers of a version slug such as 1.35.4-do.0.
func numbers(slug string) []int {
	var all []int
	for _, part := range strings.FieldsFunc(slug, func(r rune) bool { return r < '0' || r > '9' }) {
		n, _ := strconv.Atoi(part)
		all = append(all, n)
	}
	return all
}

func minor(slug string) int {
	if n := numbers(slug); len(n) > 1 {
		return n[1]
	}
	return 0
}

func older(a, b string) bool { return slices.Compare(numbers(a), numbers(b)) < 0 }

// quota reports a plan with more Droplets than the account may have. Autoscaled pools
// count with their maximum: a pool that cannot grow is no autoscaled pool.
func (c *checker) quota() {
	if need, others := c.droplets(); need+others > c.account.DropletLimit {
		c.problems.add(Namespace, "", "the plan takes up to %d Droplets, others have %d, and the account may have %d; "+
			"lower the target or ask DigitalOcean to raise the limit", need, others, c.account.DropletLimit)
	}
}

// droplets is how many the plan takes at most, and how many others of the account has.
func (c *checker) droplets() (need, others int) {
	for _, droplet := range c.account.Droplets {
		if !slices.Contains(droplet.Tags, components.Owner(c.cfg.ID)) {
			others++
		}
	}
	return mostNodes(c.plan.Pools), others
}

// mostNodes is how many nodes pools may have.
func mostNodes(pools []sizing.Pool) (n int) {
	for _, pool := range pools {
		n += max(pool.Count, pool.Max)
	}
	return n
}

// surgeNodes is how many new nodes an upgrade of a cluster makes before it drains old ones,
// where the account has room for them
// (docs.digitalocean.com/products/kubernetes/how-to/upgrade-cluster). All sites have one
// version, and are upgraded together.
const surgeNodes = 10

// surge warns where an upgrade will have no room for new nodes: pools of one pod a node then
// lose nodes before they get new ones.
func (c *checker) surge() []string {
	need, others := c.droplets()
	room, limit := 0, c.account.DropletLimit
	for _, site := range c.cfg.Sites {
		room += min(surgeNodes, mostNodes(c.plan.PoolsAt(site.Name)))
	}
	if need+others > limit || need+others+room <= limit {
		return nil
	}
	return []string{fmt.Sprintf("the plan takes up to %d Droplets, others have %d, and the account may have %d: an upgrade of Kubernetes needs %d more "+
		"to make new nodes before old ones go; ask DigitalOcean to raise the limit", need, others, limit, room)}
}

func (c *checker) registry() {
	if c.cfg.RegistryIntegration && !c.account.Registry {
		c.problems.add(qualified("registryIntegration"), "true",
			"the account has no container registry; an account has one for all of its stacks, make it with \"doctl registry create NAME\"")
	}
}
