package manifests_test

import (
	"fmt"
	"maps"
)

var databaseFirings = map[string]firing{
	// 300 and 150 of 500 are too many, though neither database has more than 400.
	"DatabaseConnectionsHigh": {"10m",
		series{`pg_stat_database_numbackends{pod="p",datname="gomeet"}`: "300x20", `pg_stat_database_numbackends{pod="p",datname="postgres"}`: "150x20",
			`pg_settings_max_connections{pod="p"}`: "500x20"},
		series{`pg_stat_database_numbackends{pod="p",datname="gomeet"}`: "390x20", `pg_settings_max_connections{pod="p"}`: "500x20"}},
	"PostgresHasNoPrimary": {"5m",
		series{`patroni_primary{pod="a"}`: "0x10", `patroni_standby_leader{pod="a"}`: "0x10"},
		// A site that follows another one has a leader of its own.
		series{`patroni_primary{pod="a"}`: "0x10", `patroni_standby_leader{pod="a"}`: "1x10"}},
	"PostgresMemberMissing": {"10m",
		series{`patroni_postgres_running{pod="a"}`: "1x20"},
		series{`patroni_postgres_running{pod="a"}`: "1x20", `patroni_postgres_running{pod="b"}`: "1x20"}},
	"PostgresReplicaLags": {"10m", lag(17 << 20), lag(15 << 20)},
	// Some that fail are tried again; an idle server has nothing to archive.
	"WALArchivingFails": {"20m",
		series{`pg_stat_archiver_failed_count{pod="a"}`: "0+3x30", `pg_stat_archiver_archived_count{pod="a"}`: "5x30"},
		series{`pg_stat_archiver_failed_count{pod="a"}`: "0+3x30", `pg_stat_archiver_archived_count{pod="a"}`: "5+1x30",
			`pg_stat_archiver_failed_count{pod="b"}`: "7x30", `pg_stat_archiver_archived_count{pod="b"}`: "5x30"}},
	// Nobody writes: what came last is old, and the standby has it. It still has when a backup
	// of the idle primary brings some WAL twice, and a primary follows nobody.
	"PostgresStandbyLags": {"45m", standby("0x60", 0, "5x60", "5x60"), merged(
		standby("0x60", 1, "5x20 16x5 32x35", "5x20 16x5 32x35"),
		series{`patroni_standby_leader{pod="b"}`: "0x60", `patroni_xlog_replayed_timestamp{pod="b"}`: "0x60"})},
	"PoolerClientsHigh": {"10m", clients(1500, 101), clients(1500, 100)},
	"PoolerClientsWait": {"5m",
		series{`pgbouncer_pools_client_maxwait_seconds{pod="a",database="gomeet"}`: "6x10"},
		series{`pgbouncer_pools_client_maxwait_seconds{pod="a",database="gomeet"}`: "5x10"}},
}

// lag is a primary and a replica that is so many bytes behind.
func lag(bytes int) series {
	return series{
		`patroni_xlog_location{pod="a"}`:          "1000000000x20",
		`patroni_xlog_replayed_location{pod="b"}`: fmt.Sprintf("%dx20", 1_000_000_000-bytes),
		`patroni_xlog_replayed_location{pod="a"}`: "0x20",
		`patroni_replica{pod="a"}`:                "0x20",
		`patroni_replica{pod="b"}`:                "1x20",
	}
}

// otherFirings are more that makes an alert fire, by what it is.
var otherFirings = map[string]map[string]series{
	"PostgresStandbyLags": {
		// Half of what the primary writes comes through; all that comes is replayed.
		"narrow link": standby("0+30x60", 1, "5+5x60", "5+5x60"),
		"no replay":   standby("0x60", 1, "6x60", "5x60"),
	},
	"ObjectStoreDriveOffline": {"nobody answers": series{}},
	"ObjectStoreCannotWrite":  {"nobody answers": series{}},
}

// standby is one that follows another site: the time of its newest transaction, whether it
// is connected, and how far it has received and replayed.
func standby(newest string, streaming int, received, replayed string) series {
	return series{
		`patroni_standby_leader{pod="a"}`:          "1x60",
		`patroni_xlog_replayed_timestamp{pod="a"}`: newest,
		`patroni_postgres_streaming{pod="a"}`:      fmt.Sprintf("%dx60", streaming),
		`patroni_xlog_received_location{pod="a"}`:  received,
		`patroni_xlog_replayed_location{pod="a"}`:  replayed,
	}
}

func merged(all ...series) series {
	s := series{}
	for _, one := range all {
		maps.Copy(s, one)
	}
	return s
}

func clients(active, waiting int) series {
	return series{
		`pgbouncer_pools_client_active_connections{pod="a",database="gomeet",user="gomeet_api"}`:  fmt.Sprintf("%dx20", active),
		`pgbouncer_pools_client_waiting_connections{pod="a",database="gomeet",user="gomeet_api"}`: fmt.Sprintf("%dx20", waiting),
	}
}

var redisFirings = map[string]firing{
	"RedisMemoryHigh": {"10m",
		series{`redis_memory_used_bytes{pod="a"}`: "86x20", `redis_memory_max_bytes{pod="a"}`: "100x20"},
		// Without a limit there is no share of it.
		series{`redis_memory_used_bytes{pod="a"}`: "86x20", `redis_memory_max_bytes{pod="a"}`: "0x20"}},
	"RedisClientsHigh": {"10m",
		series{`redis_connected_clients{pod="a"}`: "8001x20", `redis_max_clients{pod="a"}`: "10000x20"},
		series{`redis_connected_clients{pod="a"}`: "8000x20", `redis_max_clients{pod="a"}`: "10000x20"}},
	"RedisNodeMissing":        {"5m", nodes("redis_up", 5, 1), nodes("redis_up", 6, 1)},
	"RedisClusterDown":        {"5m", series{`redis_cluster_state{pod="a"}`: "1x10", `redis_cluster_state{pod="b"}`: "0x10"}, nodes("redis_cluster_state", 6, 1)},
	"RedisMasterHasNoReplica": {"15m", replication("master", 0), replication("slave", 0)},
}

// Three of four drives are enough for writes, two are not. A server that is cut off sees its
// own drive only: a drive is missed, and the others write.
var objectStoreFirings = map[string]firing{
	"ObjectStoreDriveOffline": {"10m", drives("minio_cluster_health_drives_online_count", 4, 3), drives("minio_cluster_health_drives_online_count", 4, 4)},
	"ObjectStoreCannotWrite":  {"5m", drives("minio_cluster_erasure_set_online_drives_count", 2, 1), drives("minio_cluster_erasure_set_online_drives_count", 3, 1)},
	"ObjectStoreNearlyFull":   {"45m", filled(81), filled(79)},
}

// drives is how many drives each of two servers sees.
func drives(metric string, views ...int) series {
	s := series{}
	for i, view := range views {
		s[fmt.Sprintf(`%s{pod="minio-%d"}`, metric, i)] = fmt.Sprintf("%dx60", view)
	}
	return s
}

func filled(percent int) series {
	return series{
		`minio_cluster_health_capacity_usable_free_bytes{pod="a"}`:  fmt.Sprintf("%dx60", 100-percent),
		`minio_cluster_health_capacity_usable_total_bytes{pod="a"}`: "100x60",
	}
}

func nodes(metric string, n, value int) series {
	s := series{}
	for i := range n {
		s[fmt.Sprintf(`%s{pod="redis-%d"}`, metric, i)] = fmt.Sprintf("%dx20", value)
	}
	return s
}

func replication(role string, replicas int) series {
	return series{
		`redis_connected_slaves{pod="a"}`:                           fmt.Sprintf("%dx30", replicas),
		fmt.Sprintf(`redis_instance_info{pod="a",role="%s"}`, role): "1x30",
	}
}
