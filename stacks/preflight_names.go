package stacks

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/components"
	"github.com/gomeet/infra/sizing"
)

func (c *checker) environment(site string) components.Environment {
	return components.Environment{Stack: c.cfg.Stack, Site: site, ID: c.cfg.ID}
}

func (c *checker) owner() string { return components.Owner(c.cfg.ID) }

// cluster returns this stack's cluster at a site, under its name or its former one, nil
// if there is none yet.
func (c *checker) cluster(site Site) *godo.KubernetesCluster {
	for _, name := range []string{site.Name, site.Formerly} {
		physical := c.environment(name).Name("cluster")
		for _, k := range c.account.Clusters {
			if name != "" && k.Name == physical && slices.Contains(k.Tags, c.owner()) {
				return k
			}
		}
	}
	return nil
}

const taken = "is taken by something that is not this stack's (it does not carry %s); " +
	"another stack of this name may use the account: rename this one, or remove what is left of the other"

// names reports names that something else has.
func (c *checker) names() {
	mine := map[string]bool{}
	for _, vpc := range c.account.VPCs {
		mine[vpc.ID] = c.ours(vpc)
	}
	for i, site := range c.cfg.Sites {
		key, env := fmt.Sprintf("%s[%d].name", qualified("sites"), i), c.environment(site.Name)
		for _, vpc := range c.account.VPCs {
			if vpc.Name == env.Name("vpc") && !mine[vpc.ID] {
				c.problems.add(key, site.Name, "VPC %q "+taken, vpc.Name, c.owner())
			}
		}
		for _, k := range c.account.Clusters {
			if k.Name == env.Name("cluster") && !slices.Contains(k.Tags, c.owner()) {
				c.problems.add(key, site.Name, "cluster %q "+taken, k.Name, c.owner())
			}
		}
		for _, lb := range c.account.LoadBalancers {
			for _, edge := range []sizing.Edge{sizing.EdgeWeb, sizing.EdgeWebSocket, sizing.EdgeAll, sizing.EdgeData} {
				if lb.Name == env.Name(string(edge)) && !mine[lb.VPCUUID] {
					c.problems.add(key, site.Name, "load balancer %q "+taken, lb.Name, c.owner())
				}
			}
		}
	}
	for _, p := range c.account.Projects {
		if p.Name == c.environment("").Name() && !strings.Contains(p.Description, c.owner()) {
			c.problems.add("stack", c.cfg.Stack, "project %q "+taken, p.Name, c.owner())
		}
	}
	c.zone()
}

// zone reports a DNS zone that was made by hand or by another stack. A zone without any
// record may be this stack's: the owner's record is the first one it makes, and that
// deployment may have been cut off before it.
func (c *checker) zone() {
	if c.account.ZoneRecords == 0 {
		return
	}
	owners := c.account.ZoneTexts[components.OwnerRecord]
	if slices.Contains(owners, c.owner()) {
		return
	}
	if len(owners) > 0 {
		c.problems.add(qualified("domain"), c.cfg.Domain, "belongs to another stack (%s); every stack has a zone of its own", strings.Join(owners, ", "))
		return
	}
	c.problems.add(qualified("domain"), c.cfg.Domain, "exists already and is no stack's; take it over with "+
		"\"pulumi import digitalocean:index/domain:Domain zone %s\" after adding the TXT record %s with the value %s",
		c.cfg.Domain, components.OwnerRecord, c.owner())
}

func (c *checker) ours(vpc *godo.VPC) bool { return strings.Contains(vpc.Description, c.owner()) }

// ranges reports address ranges that another VPC of the account has: DigitalOcean routes
// between the VPCs of an account.
func (c *checker) ranges() {
	for i, site := range c.cfg.Sites {
		for _, vpc := range c.account.VPCs {
			other, err := netip.ParsePrefix(vpc.IPRange)
			if err != nil || c.ours(vpc) {
				continue
			}
			for key, wanted := range map[string]netip.Prefix{
				"vpcRange": site.VPCRange, "clusterSubnet": site.ClusterSubnet, "serviceSubnet": site.ServiceSubnet,
			} {
				if wanted.Overlaps(other) {
					c.problems.add(fmt.Sprintf("%s[%d].%s", qualified("sites"), i, key), wanted.String(),
						"overlaps %s of VPC %q in this account", other, vpc.Name)
				}
			}
		}
	}
}

// replacements reports changes that would replace a cluster, with all that runs on it.
func (c *checker) replacements() {
	const replaces = "cannot change: the cluster of site %q has %q, and another value would replace it with everything on it; " +
		"add a new site and move there"
	for i, site := range c.cfg.Sites {
		k := c.cluster(site)
		if k == nil {
			continue
		}
		at := func(field string) string { return fmt.Sprintf("%s[%d].%s", qualified("sites"), i, field) }
		for _, v := range []struct{ key, want, has string }{
			{at("region"), site.Region, k.RegionSlug},
			{at("clusterSubnet"), site.ClusterSubnet.String(), k.ClusterSubnet},
			{at("serviceSubnet"), site.ServiceSubnet.String(), k.ServiceSubnet},
			{at("vpcRange"), site.VPCRange.String(), c.vpcRange(k.VPCUUID)},
			{qualified("pools.default.size"), poolOf(c.plan.PoolsAt(site.Name), sizing.RoleDefault).Size, pool(k, sizing.RoleDefault).Size},
		} {
			if v.has != "" && v.want != v.has {
				c.problems.add(v.key, v.want, replaces, site.Name, v.has)
			}
		}
		if k.HA && !c.cfg.HighAvailability {
			c.problems.add(qualified("highAvailability"), "false", "cannot be switched off: the control plane of site %q has it", site.Name)
		}
	}
}

func (c *checker) vpcRange(id string) string {
	for _, vpc := range c.account.VPCs {
		if vpc.ID == id {
			return vpc.IPRange
		}
	}
	return ""
}

// pool returns the node pool of a role as the cluster has it, empty if it has none. Its
// name says its size as well, its label says the role alone.
func pool(k *godo.KubernetesCluster, role sizing.Role) godo.KubernetesNodePool {
	for _, pool := range k.NodePools {
		if pool.Labels[components.RoleLabel] == string(role) {
			return *pool
		}
	}
	return godo.KubernetesNodePool{}
}

// servers reports a changed number of object store servers. They know each other by
// number, and each object lies over all of them: with another number none starts.
func (c *checker) servers() {
	if c.cfg.ObjectStore != ObjectStoreMinIO {
		return
	}
	for _, site := range c.cfg.Sites {
		k := c.cluster(site)
		if k == nil {
			continue
		}
		wanted, has := poolOf(c.plan.PoolsAt(site.Name), sizing.RoleMinIO).Count, pool(k, sizing.RoleMinIO).Count
		if has != 0 && wanted != has {
			c.problems.add(qualified("pools.minio.count"), strconv.Itoa(wanted), "cannot change while objectStore is %q: the servers of site %q are %d, "+
				"and no other number can read what they wrote; move the recordings to a new store (docs/data.md)", ObjectStoreMinIO, site.Name, has)
		}
	}
}

// redisServers reports a changed number of masters of a Redis Cluster, and servers that would
// go. The job that looks after the cluster makes new servers replicas and moves no slot: more
// masters would be replicas of the old ones, and a server that goes may be a master. Three
// masters may get their replicas.
func (c *checker) redisServers() {
	for _, site := range c.cfg.Sites {
		k := c.cluster(site)
		if k == nil {
			continue
		}
		nodes := pool(k, sizing.RoleRedis).Count
		wanted, replicas := sizing.RedisServers(poolOf(c.plan.PoolsAt(site.Name), sizing.RoleRedis).Count)
		has, had := sizing.RedisServers(nodes)
		if has == 0 || wanted == 0 || wanted == has || wanted > has && wanted/(replicas+1) == has/(had+1) {
			continue
		}
		c.problems.add(qualified("pools.redis.count"), strconv.Itoa(poolOf(c.plan.PoolsAt(site.Name), sizing.RoleRedis).Count),
			"would make %d Redis servers of the %d of site %q, and nothing moves slots to new masters or away from those that go; "+
				"set it to %d, and for more memory take a larger gomeet:pools.redis.size (docs/data.md)", wanted, has, site.Name, nodes)
	}
}
