package manifests

import (
	"fmt"
	"time"
)

const (
	// connectionsPercent is the design's 400 of 500 connections.
	connectionsPercent = 80
	// poolerPercent is the same of PgBouncer's clients.
	poolerPercent = 80
	// poolerWaitSeconds is how long the oldest client may wait for a connection, for two
	// minutes: a failover takes 25 s, and PgBouncer gives up on a client after 35 s
	// (query_wait_timeout in this platform's configuration).
	poolerWaitSeconds = 5
	// replicaLagBytes is one WAL segment of PostgreSQL: more than one behind is no moment.
	replicaLagBytes = 16 << 20
	// standbyLagSeconds is what another site may be behind. The archive alone brings it WAL
	// within a minute (archive_timeout): after fifteen, neither the link nor the archive does.
	standbyLagSeconds = 900
)

// standbyLags is the age of the newest transaction that a standby site has, where it is too
// old. The primary is another Prometheus' target, so the standby alone is asked. While nobody
// writes its newest transaction grows old too, and the primary writes no WAL once the last
// segment is archived: a standby that follows is then connected, has replayed what it
// received, and receives nothing. Where WAL comes in every two minutes for as long as the
// alert waits, the primary is not idle and the standby is behind; a backup of an idle one
// brings WAL too, with pauses in between.
var standbyLags = fmt.Sprintf(`time() - patroni_xlog_replayed_timestamp > %d and on (pod) patroni_standby_leader == 1`, standbyLagSeconds) +
	` unless on (pod) (patroni_postgres_streaming == 1` +
	` and on (pod) patroni_xlog_received_location <= patroni_xlog_replayed_location` +
	` and on (pod) changes(patroni_xlog_received_location[2m]) == 0)`

// databaseRules watches PostgreSQL and its poolers.
func databaseRules(l Limits) RuleFile {
	f := RuleFile{Subject: "database"}
	f.Alerts = append(f.Alerts, when(l.PostgresMembers > 0,
		Alert{
			// The design compares each database with 400; connections are the server's.
			Name: "DatabaseConnectionsHigh",
			Expr: fmt.Sprintf(`100 * sum by (pod) (pg_stat_database_numbackends) / max by (pod) (pg_settings_max_connections) > %d`,
				connectionsPercent),
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: "{{ $labels.pod }} uses {{ $value | humanize }} % of its connections.",
			Action:  "The poolers cannot take that many: find who connects past them (pg_stat_activity by usename and client_addr).",
		},
		Alert{
			Name:     "PostgresHasNoPrimary",
			Expr:     `(sum(patroni_primary) or vector(0)) + (sum(patroni_standby_leader) or vector(0)) < 1`,
			For:      time.Minute,
			Severity: Critical, Owner: OwnerData,
			Summary: "No member of PostgreSQL leads. Nothing is written.",
			Action:  "Run patronictl list. Failover takes 25 s by itself; after a minute something keeps all members from leading.",
		},
		Alert{
			Name:     "PostgresMemberMissing",
			Expr:     fmt.Sprintf(`(sum(patroni_postgres_running) or vector(0)) < %d`, l.PostgresMembers),
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: fmt.Sprintf("{{ $value }} of %d PostgreSQL members run.", l.PostgresMembers),
			Action:  "Look at the missing member's log. One that cannot catch up is made anew: patronictl reinit.",
		},
		Alert{
			Name:     "PostgresReplicaLags",
			Expr:     fmt.Sprintf(`scalar(max(patroni_xlog_location)) - patroni_xlog_replayed_location > %d and on (pod) patroni_replica == 1`, replicaLagBytes),
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: "{{ $labels.pod }} is {{ $value | humanize1024 }}B behind the primary.",
			Action:  "A failover to it would take long. Look at its disk, and for a query that holds replay up.",
		},
		Alert{
			// A member that never was primary archives nothing, and fails at nothing.
			Name:     "WALArchivingFails",
			Expr:     `increase(pg_stat_archiver_failed_count[15m]) > 0 and increase(pg_stat_archiver_archived_count[15m]) == 0`,
			For:      5 * time.Minute,
			Severity: Critical, Owner: OwnerData,
			Summary: "{{ $labels.pod }} archives no WAL: what is written now cannot be restored, and fills its volume.",
			Action:  "Its log says why. Then run pgbackrest check there: the bucket's key, the bucket, or the stanza.",
		},
		Alert{
			Name:     "PostgresStandbyLags",
			Expr:     standbyLags,
			For:      10 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: fmt.Sprintf("{{ $labels.pod }} has no transaction of the other site's last %d minutes.", standbyLagSeconds/60),
			Action:  "If the first site is lost now, so is what came since. Look at the standby's log, and whether it reaches the primary.",
		})...)
	f.Alerts = append(f.Alerts, when(l.PoolerClients > 0,
		Alert{
			Name: "PoolerClientsHigh",
			Expr: fmt.Sprintf(`sum by (pod) (pgbouncer_pools_client_active_connections + pgbouncer_pools_client_waiting_connections) > %d`,
				l.PoolerClients*poolerPercent/100),
			For:      5 * time.Minute,
			Severity: Warning, Owner: OwnerData,
			Summary: fmt.Sprintf("{{ $labels.pod }} has {{ $value }} of %d clients.", l.PoolerClients),
			Action:  "Look which pods of the API hold them. Above the limit new clients are refused.",
		},
		Alert{
			Name:     "PoolerClientsWait",
			Expr:     fmt.Sprintf(`max by (pod) (pgbouncer_pools_client_maxwait_seconds) > %d`, poolerWaitSeconds),
			For:      2 * time.Minute,
			Severity: Critical, Owner: OwnerData,
			Summary: "A client of {{ $labels.pod }} has waited {{ $value | humanizeDuration }} for a connection to PostgreSQL.",
			Action:  "Either all connections are in long transactions (pg_stat_activity) or the primary is gone (patronictl list).",
		})...)
	return f
}
