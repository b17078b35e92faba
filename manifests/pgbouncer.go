package manifests

import "fmt"

// Files of PgBouncer.
const (
	// PgBouncerFile is the name of PgBouncer's configuration file.
	PgBouncerFile = "pgbouncer.ini"
	// PgBouncerUsersFile holds what PgBouncer itself logs in with, and who may use its
	// console. It is a Secret: see PgBouncerUsers.
	PgBouncerUsersFile = "/run/secrets/pgbouncer/userlist.txt"
)

// PgBouncer is the configuration of one connection pooler. It holds no secret.
type PgBouncer struct {
	// Database is the one database that is pooled.
	Database PgBouncerDatabase
	// Listen is the address, "*" is all; Port the port (6432 in the design).
	Listen string
	Port   int
	// Pool is the number of connections, from sizing's Daemons.PgBouncer.
	Pool PgBouncerPool
	// Timeouts decide how long a client waits for a primary that is gone.
	Timeouts PgBouncerTimeouts
	// ClientTLS is what clients are served with; ServerCA what the server's
	// certificate is checked against, with its name.
	ClientTLS TLSFiles
	ServerCA  string
	// UsersFile is PgBouncerUsersFile.
	UsersFile string
	// AuthUser asks PostgreSQL for the SCRAM secret of a client, see sql/0002_roles.sql.
	AuthUser string
	// AdminUser may change the pooler, StatsUser may only look (exporter). Neither is
	// a superuser of PostgreSQL.
	AdminUser, StatsUser string
	// MaxPreparedStatements is how many named prepared statements a server connection
	// keeps, so that drivers may prepare in transaction mode. 0 leaves the key out:
	// PgBouncer before 1.21 does not know it.
	MaxPreparedStatements int
}

// PgBouncerDatabase is where connections go.
type PgBouncerDatabase struct {
	// Name is what clients ask for and what PostgreSQL has.
	Name string
	// Host is the Service of the primary, Port its port.
	Host string
	Port int
}

// PgBouncerPool is the number of connections of one pooler.
type PgBouncerPool struct {
	// MaxClients is max_client_conn. Each takes a file descriptor.
	MaxClients int
	// MaxDB is max_db_connections. Poolers count for themselves, so all of them
	// together must stay below PostgreSQL's max_connections.
	MaxDB int
	// Default is default_pool_size, Min min_pool_size, Reserve reserve_pool_size.
	Default, Min, Reserve int
}

// PgBouncerTimeouts are in seconds.
type PgBouncerTimeouts struct {
	// Query ends a query, and its connection, that the server does not answer. It is
	// what notices a frozen primary: its kernel still acknowledges packets. It must
	// exceed the application role's statement_timeout (5 s, sql/0002_roles.sql), so
	// that a living server always answers first.
	Query int
	// QueryWait is how long a client may wait for a connection: longer than a
	// failover (30 s in the design), so that clients outlive one.
	QueryWait int
	// Connect is how long to wait for a new connection, LoginRetry between attempts.
	Connect, LoginRetry int
	// ServerLifetime and ServerIdle are the design's.
	ServerLifetime, ServerIdle int
}

// TLSFiles are the files of a certificate.
type TLSFiles struct {
	// CA is what peers are checked against, Cert and Key what is shown to them.
	CA, Cert, Key string
}

// DefaultPgBouncer returns the design's pooler with its mistakes corrected: only the
// database's host, the pool and the paths are the caller's.
//
// Of the design's block ("Database Connection Pooling"): max_db_connections comes from
// sizing, because 500 per pooler leaves PostgreSQL nothing; md5 became SCRAM;
// server_reset_query is dropped, it is ignored in transaction mode; the console has a
// user of its own instead of the superuser.
func DefaultPgBouncer() PgBouncer {
	return PgBouncer{
		Listen:    "*",
		Port:      6432,
		UsersFile: PgBouncerUsersFile,
		AuthUser:  "pgbouncer", AdminUser: "pgbouncer_admin", StatsUser: "pgbouncer_stats",
		Timeouts: PgBouncerTimeouts{
			Query: 6, QueryWait: 35, Connect: 3, LoginRetry: 1,
			ServerLifetime: 3600, ServerIdle: 600,
		},
		// The default of PgBouncer 1.25.
		MaxPreparedStatements: 200,
	}
}

// Render returns pgbouncer.ini, or what Validate found.
func (p PgBouncer) Render() (string, error) {
	if err := p.Validate(); err != nil {
		return "", fmt.Errorf("rendering %s: %w", PgBouncerFile, err)
	}
	d := p.Database
	return renderINI(
		section{"databases", []setting{
			{d.Name, fmt.Sprintf("host=%s port=%d dbname=%s", d.Host, d.Port, d.Name)},
		}},
		section{"pgbouncer", p.settings()},
	), nil
}
