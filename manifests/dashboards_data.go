package manifests

// databaseDashboard is the design's "Database query performance".
func databaseDashboard(l Limits) Dashboard {
	d := Dashboard{"gomeet-database", "GoMeet: database", []Panel{
		{
			Title: "Queries, 95th percentile", Help: "As the API sees them; the promise is the red line.", Unit: UnitSeconds,
			Queries: []Query{q("histogram_quantile(0.95, sum by (le, query) (rate(gomeet_api_db_query_duration_seconds_bucket[$__rate_interval])))", "{{query}}")},
			Warn:    0.05, Bad: 0.1,
		},
		{
			Title: "Mean query time at the poolers", Help: "Without waiting for a connection: the database's own part.", Unit: UnitSeconds,
			Queries: []Query{q("sum by (pod) (rate(pgbouncer_stats_queries_duration_seconds_total[$__rate_interval])) / sum by (pod) (rate(pgbouncer_stats_queries_pooled_total[$__rate_interval]))", "{{pod}}")},
		},
		{
			Title: "Connections of PostgreSQL", Help: "Share of max_connections.", Unit: UnitPercent,
			Queries: []Query{q("100 * sum by (pod) (pg_stat_database_numbackends) / max by (pod) (pg_settings_max_connections)", "{{pod}}")},
			Warn:    70, Bad: connectionsPercent,
		},
		{
			Title: "Clients of the poolers", Help: "Waiting ones have no connection to PostgreSQL.", Unit: UnitNone,
			Queries: []Query{
				q("sum by (pod) (pgbouncer_pools_client_active_connections)", "active {{pod}}"),
				q("sum by (pod) (pgbouncer_pools_client_waiting_connections)", "waiting {{pod}}"),
			},
			Warn: float64(l.PoolerClients) * 0.6, Bad: float64(l.PoolerClients) * poolerPercent / 100,
		},
		{
			Title: "Replicas behind the primary", Help: "What a failover has to replay.", Unit: UnitBytes,
			Queries: []Query{q("scalar(max(patroni_xlog_location)) - patroni_xlog_replayed_location and on (pod) patroni_replica == 1", "{{pod}}")},
			Bad:     replicaLagBytes,
		},
		{
			Title: "Age of the newest backups", Help: "As a share of the age at which BackupTooOld fires.", Unit: UnitRatio,
			Queries: []Query{q("(time() - max by (system, kind) (gomeet_backup_success_timestamp_seconds)) / on (system, kind) gomeet:backup_age_limit_seconds", "{{system}} {{kind}}")},
			Bad:     1,
		},
	}}
	if l.MinIOServers > 0 {
		d.Panels = append(d.Panels, objectStorePanels(l)...)
	}
	return d
}

// objectStorePanels is the stack's own store of the recordings, which the design has no
// dashboard for: each server's view, since one that is cut off sees itself alone.
func objectStorePanels(l Limits) []Panel {
	quorum := float64(DefaultMinIO(l.MinIOServers).WriteQuorum())
	return []Panel{
		{
			Title: "Drives of the object store that answer", Help: "As each server sees them. Below the red line nothing is recorded.", Unit: UnitNone,
			Queries: []Query{q("minio_cluster_health_drives_online_count", "{{pod}}")},
			Warn:    float64(l.MinIOServers), Bad: quorum, Below: true,
		},
		{
			Title: "Object store in use", Help: "Share of what recordings may take; they expire after the hot days.", Unit: UnitPercent,
			Queries: []Query{q(objectStoreUsed, "all")},
			Warn:    70, Bad: objectStorePercent,
		},
	}
}

// redisDashboard is the design's "Redis memory usage".
func redisDashboard() Dashboard {
	return Dashboard{"gomeet-redis", "GoMeet: Redis", []Panel{
		{
			Title: "Memory", Help: "When it is full, writes fail.", Unit: UnitPercent,
			Queries: []Query{q("100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0)", "{{pod}}")},
			Warn:    70, Bad: redisMemoryPercent,
		},
		{
			Title: "Commands, 99th percentile", Help: "As the API sees them; the promise is the red line.", Unit: UnitSeconds,
			Queries: []Query{q("histogram_quantile(0.99, sum by (le) (rate(gomeet_api_redis_command_duration_seconds_bucket[$__rate_interval])))", "all")},
			Warn:    0.002, Bad: 0.005,
		},
		{
			Title: "Commands by node", Help: "One hot master is one hot meeting.", Unit: UnitEvents,
			Queries: []Query{q("sum by (pod) (rate(redis_commands_processed_total[$__rate_interval]))", "{{pod}}")},
		},
		{
			Title: "Replicas of each master", Help: "A master without one takes its slots with it.", Unit: UnitNone,
			Queries: []Query{q(`redis_connected_slaves and on (pod) redis_instance_info{role="master"}`, "{{pod}}")},
		},
	}}
}
