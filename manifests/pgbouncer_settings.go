package manifests

import "fmt"

// settings returns the [pgbouncer] section. There is no logfile and no pidfile: in a
// container the log is standard error.
func (p PgBouncer) settings() []setting {
	s := []setting{
		{"listen_addr", p.Listen},
		{"listen_port", p.Port},
		{"unix_socket_dir", ""},

		{"auth_type", "scram-sha-256"},
		{"auth_file", p.UsersFile},
		{"auth_user", p.AuthUser},
		{"auth_query", "SELECT name, secret FROM pooler.lookup($1)"},
		{"admin_users", p.AdminUser},
		{"stats_users", p.StatsUser},

		{"client_tls_sslmode", "require"},
		{"client_tls_cert_file", p.ClientTLS.Cert},
		{"client_tls_key_file", p.ClientTLS.Key},
		{"server_tls_sslmode", "verify-full"},
		{"server_tls_ca_file", p.ServerCA},

		{"pool_mode", "transaction"},
		{"max_client_conn", p.Pool.MaxClients},
		{"max_db_connections", p.Pool.MaxDB},
		{"max_user_connections", p.Pool.MaxDB},
		{"default_pool_size", p.Pool.Default},
		{"min_pool_size", p.Pool.Min},
		{"reserve_pool_size", p.Pool.Reserve},
		{"reserve_pool_timeout", 5},

		{"query_timeout", p.Timeouts.Query},
		{"query_wait_timeout", p.Timeouts.QueryWait},
		{"server_connect_timeout", p.Timeouts.Connect},
		{"server_login_retry", p.Timeouts.LoginRetry},
		{"server_lifetime", p.Timeouts.ServerLifetime},
		{"server_idle_timeout", p.Timeouts.ServerIdle},
		// A lost node answers nothing: what was sent and not acknowledged ends the
		// connection after the same time as a query that is not answered.
		{"tcp_user_timeout", p.Timeouts.Query * 1000},
		{"tcp_keepalive", 1},
		{"tcp_keepidle", p.Timeouts.Query},
		{"tcp_keepintvl", 2},
		{"tcp_keepcnt", 3},

		// JDBC and others set it at start-up; it changes only how floats print.
		{"ignore_startup_parameters", "extra_float_digits"},
		{"log_connections", 0},
		{"log_disconnections", 0},
	}
	if p.MaxPreparedStatements > 0 {
		s = append(s, setting{"max_prepared_statements", p.MaxPreparedStatements})
	}
	return s
}

// Validate returns every mistake that PgBouncer would not start with, or would start
// with and then fail its clients.
func (p PgBouncer) Validate() error {
	c := &checks{file: PgBouncerFile}
	c.word("databases.name", p.Database.Name)
	c.word("databases.host", p.Database.Host)
	c.port("databases.port", p.Database.Port)
	c.line("listen_addr", p.Listen)
	c.port("listen_port", p.Port)
	c.absolute("auth_file", p.UsersFile)
	c.absolute("client_tls_cert_file", p.ClientTLS.Cert)
	c.absolute("client_tls_key_file", p.ClientTLS.Key)
	c.absolute("server_tls_ca_file", p.ServerCA)
	for _, user := range []setting{{"auth_user", p.AuthUser}, {"admin_users", p.AdminUser}, {"stats_users", p.StatsUser}} {
		c.word(user.key, fmt.Sprint(user.value))
		c.that(user.value != "postgres", user.key, user.value, "another user than the superuser of PostgreSQL")
	}
	c.positive("max_client_conn", p.Pool.MaxClients)
	c.positive("max_db_connections", p.Pool.MaxDB)
	c.positive("default_pool_size", p.Pool.Default)
	c.that(p.Pool.Min >= 0 && p.Pool.Min <= p.Pool.Default, "min_pool_size", p.Pool.Min, "0 to default_pool_size")
	c.that(p.Pool.Reserve >= 0 && p.Pool.Default+p.Pool.Reserve <= p.Pool.MaxDB, "reserve_pool_size", p.Pool.Reserve,
		"at least 0, and with default_pool_size at most max_db_connections")
	c.that(p.Timeouts.Query > appStatementTimeoutSeconds, "query_timeout", p.Timeouts.Query,
		"longer than the 5 s that the server gives a statement")
	c.positive("query_wait_timeout", p.Timeouts.QueryWait)
	c.positive("server_connect_timeout", p.Timeouts.Connect)
	c.positive("server_login_retry", p.Timeouts.LoginRetry)
	c.positive("server_lifetime", p.Timeouts.ServerLifetime)
	c.positive("server_idle_timeout", p.Timeouts.ServerIdle)
	c.that(p.MaxPreparedStatements >= 0, "max_prepared_statements", p.MaxPreparedStatements, "at least 0")
	return c.err()
}

// appStatementTimeoutSeconds is statement_timeout of the application's role, see
// sql/0002_roles.sql.
const appStatementTimeoutSeconds = 5
