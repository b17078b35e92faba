package manifests

import (
	"fmt"
	"time"
)

// PatroniFile is the name of Patroni's configuration file.
const PatroniFile = "patroni.yml"

// Patroni's timing, in seconds. Patroni demands ttl >= loop_wait + 2 * retry_timeout,
// and a ttl of at least 20 (patroni.readthedocs.io, dynamic configuration).
const (
	// PatroniTTL is how long the primary's lock lives without renewal: the smallest
	// that Patroni takes. A lost primary is noticed after 17 to 23 s, whatever
	// Kubernetes thinks of its node.
	PatroniTTL = 20
	// PatroniLoopWait is the pause between two looks at the lock.
	PatroniLoopWait = 3
	// PatroniRetryTimeout is how long an API server that does not answer is tolerated.
	PatroniRetryTimeout = 8
)

// Patroni is the configuration of the members of one PostgreSQL cluster. It is the
// same for all members and holds no secret: what differs, and the passwords, come from
// the environment, see PatroniEnv.
type Patroni struct {
	// Scope names the cluster, and the Service and Endpoints of its primary.
	Scope string
	// Namespace is the Kubernetes namespace that holds the cluster's state.
	Namespace string
	// Port is PostgreSQL's, RESTPort that of Patroni's own API.
	Port, RESTPort int
	// DataDir is PostgreSQL's data directory, BinDir its programs, RunDir a directory
	// in memory for the socket and the password file that Patroni writes.
	DataDir, BinDir, RunDir string
	// Networks are the address ranges of the pods of all sites.
	Networks []string
	// TLS is what PostgreSQL and the REST API show, and what the members' calls to
	// each other are checked against.
	TLS TLSFiles
	// Postgres sizes the server.
	Postgres PostgresServer
	// Stanza is pgBackRest's name of the cluster.
	Stanza string
	// RoleChange is the program that Patroni calls when a member's role changes, see
	// scripts/postgres-role-change.sh; empty calls none.
	RoleChange string
	// Standby is set at a site whose cluster follows another site's.
	Standby *PatroniStandby
	// Restore makes a new cluster from the backup instead of an empty one. It is read
	// only when there is no cluster, see docs/recovery.md.
	Restore *PatroniRestore
}

// PatroniRestore is the moment that a new cluster begins at.
type PatroniRestore struct {
	// Target is the last moment to restore; zero is all there is.
	Target time.Time
}

// PatroniStandby is the primary that a standby cluster follows. It is promoted by hand
// (docs/recovery.md), because a site cannot tell a dead site from a dead link.
type PatroniStandby struct {
	Host string
	Port int
}

// PostgresServer sizes one PostgreSQL server.
type PostgresServer struct {
	// MaxConnections is max_connections (500 in the design, from sizing).
	MaxConnections int
	// MemoryMiB is what the server's pod may use, CPUs how many cores.
	MemoryMiB, CPUs int
}

// PatroniEnv are the variables that each member's pod sets: first those that differ
// between members, then the passwords, which come from a Secret.
var PatroniEnv = []string{
	"PATRONI_NAME",
	"PATRONI_KUBERNETES_POD_IP",
	"PATRONI_RESTAPI_CONNECT_ADDRESS",
	"PATRONI_POSTGRESQL_CONNECT_ADDRESS",
	"PATRONI_SUPERUSER_PASSWORD",
	"PATRONI_REPLICATION_PASSWORD",
	"PATRONI_REWIND_PASSWORD",
}

// DefaultPatroni returns the cluster of the design; Networks, TLS, Postgres and
// Standby are the caller's.
func DefaultPatroni() Patroni {
	return Patroni{
		Scope:      "postgres",
		Namespace:  "data",
		Port:       5432,
		RESTPort:   8008,
		DataDir:    "/var/lib/postgresql/data",
		BinDir:     "/usr/lib/postgresql/17/bin",
		RunDir:     "/run/postgresql",
		Stanza:     "gomeet",
		RoleChange: "/scripts/postgres-role-change.sh",
	}
}

// Validate returns every mistake that Patroni or PostgreSQL would stop at, or that
// would let clients in without TLS.
func (p Patroni) Validate() error {
	c := &checks{file: PatroniFile}
	c.word("scope", p.Scope)
	c.word("kubernetes.namespace", p.Namespace)
	c.port("postgresql.listen", p.Port)
	c.port("restapi.listen", p.RESTPort)
	c.that(p.Port != p.RESTPort, "restapi.listen", p.RESTPort, "another port than postgresql.listen")
	c.absolute("postgresql.data_dir", p.DataDir)
	c.absolute("postgresql.bin_dir", p.BinDir)
	c.absolute("postgresql.parameters.unix_socket_directories", p.RunDir)
	c.absolute("ssl_ca_file", p.TLS.CA)
	c.absolute("ssl_cert_file", p.TLS.Cert)
	c.absolute("ssl_key_file", p.TLS.Key)
	c.word("stanza", p.Stanza)
	if p.RoleChange != "" {
		c.absolute("postgresql.callbacks.on_role_change", p.RoleChange)
	}
	c.that(len(p.Networks) > 0, "networks", p.Networks, "the address ranges of the pods; nobody could connect")
	for i, n := range p.Networks {
		c.network(fmt.Sprintf("networks[%d]", i), n)
	}
	c.that(p.Postgres.MaxConnections >= 100, "max_connections", p.Postgres.MaxConnections, "at least 100, PostgreSQL's own default")
	c.that(p.Postgres.MemoryMiB >= 512, "memory", p.Postgres.MemoryMiB, "at least 512 MiB")
	c.positive("cpus", p.Postgres.CPUs)
	c.that(p.Standby == nil || p.Restore == nil, "restore", "set", "unset at a standby: it copies its primary")
	if p.Standby != nil {
		c.word("standby_cluster.host", p.Standby.Host)
		c.port("standby_cluster.port", p.Standby.Port)
	}
	return c.err()
}
