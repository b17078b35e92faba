package manifests

// PatroniDynamic is the part of the configuration that the cluster has in common and
// keeps in Kubernetes. Patroni reads it from patroni.yml only when it creates the
// cluster; later changes are sent to the REST API (PATCH /config), as JSON of the
// same shape.
type PatroniDynamic struct {
	TTL          int `yaml:"ttl" json:"ttl"`
	LoopWait     int `yaml:"loop_wait" json:"loop_wait"`
	RetryTimeout int `yaml:"retry_timeout" json:"retry_timeout"`
	// MaximumLagOnFailover is how many bytes behind a replica may be and still be
	// promoted. It decides only when no replica was synchronous.
	MaximumLagOnFailover int `yaml:"maximum_lag_on_failover" json:"maximum_lag_on_failover"`
	// SynchronousMode promotes only a replica that has every acknowledged write: RPO 0
	// for one failure. Not strict: when no replica is left, the primary goes on alone,
	// and a second failure before one is back loses what it acknowledged since.
	SynchronousMode       bool `yaml:"synchronous_mode" json:"synchronous_mode"`
	SynchronousModeStrict bool `yaml:"synchronous_mode_strict" json:"synchronous_mode_strict"`
	SynchronousNodeCount  int  `yaml:"synchronous_node_count" json:"synchronous_node_count"`
	// FailsafeMode keeps the primary when Kubernetes' API is away, as long as it
	// reaches all members: a managed control plane is upgraded under our feet.
	FailsafeMode bool `yaml:"failsafe_mode" json:"failsafe_mode"`
	PostgreSQL   struct {
		UsePgRewind bool           `yaml:"use_pg_rewind" json:"use_pg_rewind"`
		UseSlots    bool           `yaml:"use_slots" json:"use_slots"`
		Parameters  map[string]any `yaml:"parameters" json:"parameters"`
	} `yaml:"postgresql" json:"postgresql"`
	StandbyCluster *patroniStandbyCluster `yaml:"standby_cluster,omitempty" json:"standby_cluster,omitempty"`
}

type patroniStandbyCluster struct {
	Host                 string   `yaml:"host" json:"host"`
	Port                 int      `yaml:"port" json:"port"`
	CreateReplicaMethods []string `yaml:"create_replica_methods" json:"create_replica_methods"`
}

// Dynamic returns the common part of the configuration.
func (p Patroni) Dynamic() PatroniDynamic {
	d := PatroniDynamic{
		TTL: PatroniTTL, LoopWait: PatroniLoopWait, RetryTimeout: PatroniRetryTimeout,
		MaximumLagOnFailover: 1 << 20,
		SynchronousMode:      true,
		SynchronousNodeCount: 1,
		FailsafeMode:         true,
	}
	d.PostgreSQL.UsePgRewind = true
	d.PostgreSQL.UseSlots = true
	d.PostgreSQL.Parameters = p.commonParameters()
	if p.Standby != nil {
		// There is no synchronous replica of a primary in another cluster.
		d.SynchronousMode = false
		d.StandbyCluster = &patroniStandbyCluster{p.Standby.Host, p.Standby.Port, []string{"pgbackrest", "basebackup"}}
	}
	return d
}

// commonParameters must be equal on all members, or a replica would not start.
func (p Patroni) commonParameters() map[string]any {
	return map[string]any{
		"max_connections":           p.Postgres.MaxConnections,
		"max_worker_processes":      max(8, p.Postgres.CPUs),
		"max_prepared_transactions": 0,
		"max_locks_per_transaction": 64,
		"max_wal_senders":           10,
		"max_replication_slots":     10,
		"wal_level":                 "replica",
		"wal_log_hints":             "on",
		// When an archived write happened: the restore drill measures RPO with it.
		"track_commit_timestamp": "on",
	}
}

// localParameters are what a member may change by itself. Memory follows PostgreSQL's
// manual ("Resource Consumption": a quarter of the memory is a reasonable start).
func (p Patroni) localParameters() map[string]any {
	memory := p.Postgres.MemoryMiB
	return map[string]any{
		"shared_buffers":       mib(memory / 4),
		"effective_cache_size": mib(memory * 3 / 4),
		"maintenance_work_mem": mib(min(memory/16, 2048)),
		// Half of the memory that is left, if every connection sorted at once.
		"work_mem":                     mib(max(memory*3/8/p.Postgres.MaxConnections, 1)),
		"max_wal_size":                 mib(min(memory/4, 8192)),
		"checkpoint_completion_target": 0.9,
		"wal_compression":              "on",
		// Volumes are SSDs behind a network (PostgreSQL's manual, "Planner Cost Constants").
		"random_page_cost":         1.1,
		"effective_io_concurrency": 200,

		"archive_mode":    "on",
		"archive_command": "pgbackrest --stanza=" + p.Stanza + " archive-push %p",
		// Archive at least once a minute: what a lost site may cost.
		"archive_timeout": 60,

		"ssl":                      "on",
		"ssl_ca_file":              p.TLS.CA,
		"ssl_cert_file":            p.TLS.Cert,
		"ssl_key_file":             p.TLS.Key,
		"ssl_min_protocol_version": "TLSv1.2",
		"password_encryption":      "scram-sha-256",
		"unix_socket_directories":  p.RunDir,

		// A pooler that vanished in the middle of a transaction must not hold locks.
		"idle_in_transaction_session_timeout": "60s",
		"tcp_keepalives_idle":                 10,
		"tcp_keepalives_interval":             5,
		"tcp_keepalives_count":                3,
		"wal_receiver_timeout":                "10s",
		"wal_sender_timeout":                  "10s",
		"log_min_duration_statement":          "500ms",
		"log_lock_waits":                      "on",
		"log_destination":                     "stderr",
		"logging_collector":                   "off",
	}
}
