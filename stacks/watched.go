package stacks

import (
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
)

// Watched is what the monitoring of a site must find, because it runs there.
type Watched struct {
	// Jobs are those of Prometheus that must have a target.
	Jobs []string
	// Backups are those that the site makes, Drill says that it also restores one.
	Backups []manifests.BackupLimit
	Drill   bool
}

// Watched works it out from how many nodes a role has at a site, as planned or as deployed.
func (c *Config) Watched(site string, nodes func(site string, role sizing.Role) int) Watched {
	w := Watched{Jobs: []string{"api", "traefik", "node", "kubelet", "cadvisor", "kube-state-metrics", "prometheus", "alertmanager"}}
	first, pg, redis := site == c.Sites[0].Name, nodes(site, sizing.RolePG) > 0, nodes(site, sizing.RoleRedis) > 0
	if nodes(site, sizing.RoleSFU) > 0 {
		w.Jobs = append(w.Jobs, "livekit")
	}
	if redis {
		w.Jobs, w.Backups = append(w.Jobs, "redis"), append(w.Backups, manifests.RedisBackups...)
	}
	if pg {
		w.Jobs = append(w.Jobs, "patroni", "postgres", "pgbouncer")
	}
	if site == c.primarySite(nodes) {
		w.Drill, w.Backups = true, append(w.Backups, manifests.PostgresBackups...)
	}
	if first && c.ObjectStore == ObjectStoreMinIO {
		w.Jobs, w.Backups = append(w.Jobs, "minio"), append(w.Backups, manifests.RecordingsBackups...)
	}
	if first && (pg || redis) {
		w.Backups = append(w.Backups, manifests.StateBackups...)
	}
	return w
}

// primarySite is the site of PostgreSQL's primary.
func (c *Config) primarySite(nodes func(site string, role sizing.Role) int) string {
	for _, site := range c.Sites {
		if nodes(site.Name, sizing.RolePG) > 0 {
			return site.Name
		}
	}
	return ""
}
