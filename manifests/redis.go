package manifests

import "fmt"

// Files of Redis.
const (
	// RedisFile is the name of the configuration file.
	RedisFile = "redis.conf"
	// RedisUsersFile holds the users and the hashes of their passwords, see RedisUsers.
	RedisUsersFile = "/run/secrets/redis/users.acl"
	// RedisAuthFile holds what a replica logs in to its master with, see RedisAuth. A
	// file of its own: Redis has no other way to keep it out of redis.conf.
	RedisAuthFile = "/run/secrets/redis/auth.conf"
)

// Schedules of Redis' backups in cron's format, UTC (design document, "Backup Strategy").
const (
	RedisHourlySchedule = "0 * * * *"
	RedisDailySchedule  = "0 3 * * *"
)

// Redis is the configuration of one node of a Redis Cluster. It holds no secret and
// no address: scripts/redis-start.sh announces the pod's own address at each start,
// because a rescheduled pod has a new one.
type Redis struct {
	// Port takes clients (6379), and Port+10000 the cluster's bus, both with TLS.
	Port int
	// Dir is where nodes.conf, the AOF and the snapshots live.
	Dir string
	// MaxMemoryMiB is maxmemory, from sizing's Daemons.Redis.
	MaxMemoryMiB int
	// NodeTimeoutMillis is cluster-node-timeout.
	NodeTimeoutMillis int
	// TLS is the node's certificate; clients need none, they log in with a password.
	TLS TLSFiles
	// UsersFile and AuthFile are RedisUsersFile and RedisAuthFile.
	UsersFile, AuthFile string
}

// DefaultRedis returns the node of the design; MaxMemoryMiB and TLS are the caller's.
func DefaultRedis() Redis {
	return Redis{
		Port: 6379,
		Dir:  "/data",
		// The design promises 10 s. Measured with 3 masters and 3 replicas, a replica
		// takes over after 7.4 to 8.8 s with 5 s, and 20 s with Redis' default of 15 s;
		// clients then need time to notice. With 3 s they write again after 4.8 to 6.6 s
		// (internal/live/redis, docs/recovery.md).
		NodeTimeoutMillis: 3000,
		UsersFile:         RedisUsersFile,
		AuthFile:          RedisAuthFile,
	}
}

// Render returns redis.conf, or what Validate found.
func (r Redis) Render() (string, error) {
	if err := r.Validate(); err != nil {
		return "", fmt.Errorf("rendering %s: %w", RedisFile, err)
	}
	return renderDirectives(r.settings()), nil
}

// Validate returns every mistake that would stop Redis or break a promise.
func (r Redis) Validate() error {
	c := &checks{file: RedisFile}
	c.that(r.Port >= 1 && r.Port <= 55535, "tls-port", r.Port, "1 to 55535: the bus takes the port 10000 above")
	c.absolute("dir", r.Dir)
	c.positive("maxmemory", r.MaxMemoryMiB)
	c.that(r.NodeTimeoutMillis >= 1000 && r.NodeTimeoutMillis <= 4000, "cluster-node-timeout", r.NodeTimeoutMillis,
		"1000 to 4000: less takes a pause for a failure, more breaks the promised 10 s")
	c.absolute("tls-ca-cert-file", r.TLS.CA)
	c.absolute("tls-cert-file", r.TLS.Cert)
	c.absolute("tls-key-file", r.TLS.Key)
	c.absolute("aclfile", r.UsersFile)
	c.absolute("include", r.AuthFile)
	return c.err()
}

func (r Redis) settings() []setting {
	return []setting{
		{"bind", "* -::*"},
		{"port", 0},
		{"tls-port", r.Port},
		{"tls-ca-cert-file", r.TLS.CA},
		{"tls-cert-file", r.TLS.Cert},
		{"tls-key-file", r.TLS.Key},
		{"tls-auth-clients", "no"},
		{"tls-replication", "yes"},
		{"tls-cluster", "yes"},
		{"aclfile", r.UsersFile},
		{"include", r.AuthFile},
		{"tcp-keepalive", 60},

		{"cluster-enabled", "yes"},
		{"cluster-config-file", "nodes.conf"},
		{"cluster-node-timeout", r.NodeTimeoutMillis},
		// Clients are sent to names, not addresses: certificates hold names.
		{"cluster-preferred-endpoint-type", "hostname"},
		// Two shards that live keep serving while the third has nobody.
		{"cluster-require-full-coverage", "no"},

		{"dir", r.Dir},
		{"maxmemory", fmt.Sprintf("%dmb", r.MaxMemoryMiB)},
		// Room state must not vanish: a full node refuses writes and alerts.
		{"maxmemory-policy", "noeviction"},
		{"appendonly", "yes"},
		{"appendfsync", "everysec"},
		{"save", "3600 1 300 100 60 10000"},

		// A replica that is not in sync cannot be promoted, so it starts at once
		// instead of waiting 5 s for others to share the transfer.
		{"repl-diskless-sync", "yes"},
		{"repl-diskless-sync-delay", 0},
		// At 5 MB/s of changes a replica may be away for 12 s and still catch up.
		{"repl-backlog-size", "64mb"},
		{"client-output-buffer-limit", "replica 256mb 64mb 60"},
		// The default of 32mb 8mb 60 drops LiveKit's subscribers in a signal storm.
		{"client-output-buffer-limit", "pubsub 256mb 64mb 60"},
	}
}
