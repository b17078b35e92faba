//go:build live

package postgres_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

// migrate runs the migration and password jobs against the Service of the primary.
func (c *cluster) migrate() {
	c.t.Helper()
	steps, err := manifests.Migrations()
	require.NoError(c.t, err)
	dir := filepath.Join(c.root, "migrations")
	require.NoError(c.t, os.MkdirAll(dir, 0o755))
	for _, s := range steps {
		require.NoError(c.t, os.WriteFile(filepath.Join(dir, s.File), []byte(s.SQL), 0o644))
	}
	out, err := c.job("postgres-migrate.sh", "MIGRATIONS="+dir)
	require.NoError(c.t, err)
	require.Contains(c.t, out, fmt.Sprintf("schema version %d", len(steps)))

	passwords := filepath.Join(c.root, "passwords")
	require.NoError(c.t, os.MkdirAll(passwords, 0o700))
	for role, password := range map[string]string{"gomeet_api": apiPassword, "pgbouncer": poolPassword} {
		require.NoError(c.t, os.WriteFile(filepath.Join(passwords, role), []byte(password), 0o600))
	}
	_, err = c.job("postgres-passwords.sh", "PASSWORDS="+passwords)
	require.NoError(c.t, err)
}

// job runs one of our scripts as a Job does: through the Service, with TLS.
func (c *cluster) job(name string, env ...string) (string, error) {
	return process.Run(process.Options{Env: append([]string{
		"PGHOST=127.0.0.1", fmt.Sprintf("PGPORT=%d", c.service.Port), "PGDATABASE=gomeet", "PGUSER=postgres",
		"PGPASSWORD=" + superPassword, "PGSSLMODE=verify-full", "PGSSLROOTCERT=" + c.cert.CA,
	}, env...)}, filepath.Join(c.root, name))
}

// startPooler starts PgBouncer with the numbers that sizing gives one of three.
func (c *cluster) startPooler() {
	c.t.Helper()
	p := manifests.DefaultPgBouncer()
	p.Database = manifests.PgBouncerDatabase{Name: "gomeet", Host: "127.0.0.1", Port: c.service.Port}
	p.Listen, p.Port = "127.0.0.1", c.poolerPort
	p.Pool = manifests.PgBouncerPool{MaxClients: 2000, MaxDB: 130, Default: 65, Min: 20, Reserve: 13}
	p.ClientTLS = manifests.TLSFiles{Cert: c.cert.Cert, Key: c.cert.Key}
	p.ServerCA = c.cert.CA
	p.UsersFile = filepath.Join(c.root, "userlist.txt")
	p.MaxPreparedStatements = 0 // Debian 12 has PgBouncer 1.18
	text, err := p.Render()
	require.NoError(c.t, err)
	users, err := manifests.PgBouncerUsers(map[string]string{p.AuthUser: poolPassword, p.AdminUser: adminPassword, p.StatsUser: "stats-live-test"})
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(p.UsersFile, []byte(users), 0o600))
	config := filepath.Join(c.root, manifests.PgBouncerFile)
	require.NoError(c.t, os.WriteFile(config, []byte(text), 0o600))
	process.Give(c.t, c.root, owner)
	c.pooler = process.Start(c.t, "pgbouncer", process.Options{Dir: c.root, User: owner}, "pgbouncer", config)
	require.Eventually(c.t, func() bool {
		conn, err := c.connect(context.Background())
		if err == nil {
			_ = conn.Close(context.Background())
		}
		return err == nil
	}, 30*time.Second, 100*time.Millisecond, "the pooler does not let the API in")
}

func (c *cluster) tls(name string) *tls.Config {
	return &tls.Config{RootCAs: c.cert.Pool, ServerName: name}
}

// connect logs in as the API does: to the pooler, over TLS.
func (c *cluster) connect(ctx context.Context) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(fmt.Sprintf("host=127.0.0.1 port=%d dbname=gomeet user=gomeet_api password=%s sslmode=verify-full sslrootcert=%s",
		c.poolerPort, apiPassword, c.cert.CA))
	if err != nil {
		return nil, err
	}
	// PgBouncer 1.18 cannot keep prepared statements in transaction mode; 1.21 can.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	return pgx.ConnectConfig(ctx, config)
}

// superuser connects to one member itself.
func (c *cluster) superuser(t testing.TB, port int) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), fmt.Sprintf("host=%s port=%d dbname=gomeet user=postgres password=%s sslmode=verify-full sslrootcert=%s",
		c.host, port, superPassword, c.cert.CA))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
