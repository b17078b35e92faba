package manifests

import "strconv"

// Names of the data tier inside of its namespace.
const (
	// RedisNodes is the headless Service of Redis' pods, PostgresMembers of PostgreSQL's.
	RedisNodes, PostgresMembers = "redis-nodes", "postgres-members"
	// PostgresReplicas is the Service of the replicas, for reads that may be a moment old.
	PostgresReplicas = "postgres-replicas"
	// PostgresPrimary is the Service of the primary where that is at another site.
	PostgresPrimary = "postgres-primary"
	// PgBouncerMembers is the headless Service of the poolers.
	PgBouncerMembers = "pgbouncer-members"
	// DatabaseName is the one database, DatabaseUser the role of the API in it
	// (sql/0002_roles.sql).
	DatabaseName, DatabaseUser = "gomeet", "gomeet_api"
	// DataTLSDir is where the data tier's certificate is mounted.
	DataTLSDir = "/run/secrets/tls"
)

// DataTLS returns the certificate's files: one certificate for every program of the
// data tier, signed by an authority whose key was thrown away.
func DataTLS() TLSFiles {
	return TLSFiles{CA: DataTLSDir + "/ca.crt", Cert: DataTLSDir + "/tls.crt", Key: DataTLSDir + "/tls.key"}
}

// DataNames returns the names that the certificate must hold: Services of the data
// tier's namespace, the pods behind the headless ones, and the pod itself.
func DataNames() []string {
	names := []string{"localhost", "*." + DataNamespace + ".svc.cluster.local"}
	for _, headless := range []string{RedisNodes, PostgresMembers} {
		names = append(names, "*."+ServiceHost(headless, DataNamespace))
	}
	return names
}

// PostgresDrillSchedule is when the newest backup is restored, in cron's format, UTC:
// Sundays after the full backup.
const PostgresDrillSchedule = "0 5 * * 0"

// StateBackupSchedule is when the cluster's objects are copied, in cron's format, UTC.
const StateBackupSchedule = "30 3 * * *"

// PushgatewayService takes the metrics of jobs, which end before anybody can ask them.
const PushgatewayService, PushgatewayPort = "pushgateway", 9091

// PushgatewayURL is where scripts/metrics-lib.sh sends them.
func PushgatewayURL() string {
	return "http://" + ServiceHost(PushgatewayService, MonitoringNamespace) + ":" + strconv.Itoa(PushgatewayPort)
}
