package manifests

import (
	"fmt"
	"time"
)

const (
	// redisMemoryPercent is the design's.
	redisMemoryPercent = 85
	// redisClientsPercent is that of the design's connections of PostgreSQL.
	redisClientsPercent = connectionsPercent
)

// redisRules watches the Redis Cluster.
func redisRules(l Limits) RuleFile {
	f := RuleFile{Subject: "redis"}
	f.Alerts = append(f.Alerts, when(l.RedisNodes > 0,
		Alert{
			// Without maxmemory the design's ratio is a division by zero, which always fires.
			Name:     "RedisMemoryHigh",
			Expr:     fmt.Sprintf(`100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0) > %d`, redisMemoryPercent),
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: "{{ $labels.pod }} uses {{ $value | humanize }} % of its memory.",
			Action:  "When it is full, writes fail: nothing is evicted. Find what grows (redis-cli --bigkeys), or take larger nodes (gomeet:pools.redis.size).",
		},
		Alert{
			Name:     "RedisClientsHigh",
			Expr:     fmt.Sprintf(`100 * redis_connected_clients / redis_max_clients > %d`, redisClientsPercent),
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: "{{ $labels.pod }} has {{ $value | humanize }} % of the clients it admits.",
			Action:  "Above its limit a node refuses clients, LiveKit among them. Find who holds them: redis-cli client list.",
		},
		Alert{
			Name:     "RedisNodeMissing",
			Expr:     fmt.Sprintf(`(sum(redis_up) or vector(0)) < %d`, l.RedisNodes),
			For:      2 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: fmt.Sprintf("{{ $value }} of %d Redis nodes answer.", l.RedisNodes),
			Action:  "Its replica has taken over, if it had one. Look at the pod and its node before another one goes.",
		})...)
	f.Alerts = append(f.Alerts, when(l.RedisNodes >= 3, Alert{
		Name:     "RedisClusterDown",
		Expr:     `min(redis_cluster_state) == 0`,
		For:      30 * time.Second,
		Severity: Critical, Owner: OwnerData,
		Summary: "The Redis Cluster has slots that nobody serves. LiveKit turns unready and no meeting starts.",
		Action:  "Run redis-cli --cluster check. The repair job tries every few minutes; docs/recovery.md says what to do when it cannot.",
	})...)
	f.Alerts = append(f.Alerts, when(l.RedisReplicas, Alert{
		Name:     "RedisMasterHasNoReplica",
		Expr:     `redis_connected_slaves == 0 and on (pod) redis_instance_info{role="master"}`,
		For:      10 * time.Minute,
		Severity: Warning, Owner: OwnerData,
		Summary: "Master {{ $labels.pod }} has no replica. If it goes, its slots do.",
		Action:  "Look at the log of the repair job (kubectl -n data get cronjobs) and at the replica that should be there.",
	})...)
	return f
}
