//go:build live

package postgres_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

func (c *cluster) newMember(name string) *member {
	m := &member{name: name, dir: filepath.Join(c.root, name)}
	m.port = process.FreePort(c.t, 0, c.host, "127.0.0.1")
	m.rest = process.FreePort(c.t, 0, c.host, "127.0.0.1")
	for _, dir := range []string{"", "run", "spool", "lock"} {
		require.NoError(c.t, os.MkdirAll(filepath.Join(m.dir, dir), 0o700))
	}
	p := manifests.DefaultPatroni()
	p.Port, p.RESTPort = m.port, m.rest
	p.DataDir, p.BinDir, p.RunDir = filepath.Join(m.dir, "data"), binDir, filepath.Join(m.dir, "run")
	p.Networks = []string{c.host + "/32", "127.0.0.1/32"}
	p.TLS = manifests.TLSFiles{CA: c.cert.CA, Cert: c.cert.Cert, Key: c.cert.Key}
	p.Postgres = manifests.PostgresServer{MaxConnections: 500, MemoryMiB: 512, CPUs: 2}
	p.RoleChange = filepath.Join(c.root, "postgres-role-change.sh")
	m.config = p
	c.writeConfig(m)

	b := manifests.DefaultPgBackRest()
	b.DataDir, b.Port, b.SocketDir = p.DataDir, p.Port, p.RunDir
	b.SpoolDir, b.LockDir = filepath.Join(m.dir, "spool"), filepath.Join(m.dir, "lock")
	b.Repository.Bucket, b.Repository.Region = bucket, "sgp1"
	// pgBackRest checks the name in the certificate, not an address.
	b.Repository.Endpoint = fmt.Sprintf("localhost:%d", c.storage.Port)
	b.Repository.PathStyle, b.Repository.CAFile = true, c.cert.CA
	text, err := b.Render()
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(filepath.Join(m.dir, manifests.PgBackRestFile), []byte(text), 0o600))
	return m
}

// writeConfig writes patroni.yml.
func (c *cluster) writeConfig(m *member) {
	c.t.Helper()
	text, err := m.config.Render()
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(filepath.Join(m.dir, manifests.PatroniFile), []byte(text), 0o600))
}

// env is what the member's pod sets.
func (c *cluster) env(m *member) []string {
	connect := func(port int) string { return net.JoinHostPort(c.host, strconv.Itoa(port)) }
	return []string{
		"HOME=" + m.dir, "KUBECONFIG=" + c.kubernetes.Config, "LANG=C.UTF-8",
		"PATRONI_NAME=" + m.name, "PATRONI_KUBERNETES_POD_IP=" + c.host,
		"PATRONI_RESTAPI_CONNECT_ADDRESS=" + connect(m.rest), "PATRONI_POSTGRESQL_CONNECT_ADDRESS=" + connect(m.port),
		"PATRONI_SUPERUSER_PASSWORD=" + superPassword, "PATRONI_REPLICATION_PASSWORD=replicator-live-test", "PATRONI_REWIND_PASSWORD=rewind-live-test",
		"PATRONICTL_CONFIG_FILE=" + filepath.Join(m.dir, manifests.PatroniFile),
		"PGBACKREST_CONFIG=" + filepath.Join(m.dir, manifests.PgBackRestFile),
		"PGBACKREST_REPO1_S3_KEY=" + c.storage.Key, "PGBACKREST_REPO1_S3_KEY_SECRET=" + c.storage.Secret,
		"PGBACKREST_REPO1_CIPHER_PASS=cipher-live-test",
		fmt.Sprintf("POOLERS=127.0.0.1:%d", c.poolerPort), "PGBOUNCER_ADMIN_PASSWORD=" + adminPassword,
		"PGHOST=" + filepath.Join(m.dir, "run"), "PGPORT=" + strconv.Itoa(m.port), "PGDATABASE=gomeet", "PGUSER=postgres",
		"METRICS_DIR=" + m.dir, "PG_BIN=" + binDir,
	}
}

func (c *cluster) start(m *member) {
	c.t.Helper()
	process.Give(c.t, c.root, owner)
	m.patroni = process.Start(c.t, m.name, process.Options{Dir: m.dir, Env: c.env(m), User: owner},
		"patroni", filepath.Join(m.dir, manifests.PatroniFile))
}

// pids returns all processes of a member: Patroni's and PostgreSQL's.
func (m *member) pids() []int {
	pids := process.Tree(m.patroni.PID())
	text, err := os.ReadFile(filepath.Join(m.dir, "data", "postmaster.pid"))
	if err != nil {
		return pids
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if postmaster, err := strconv.Atoi(first); err == nil {
		pids = append(pids, process.Tree(postmaster)...)
	}
	return pids
}

// kill takes a member away as a lost machine does.
func (m *member) kill() {
	process.SignalAll(m.pids(), syscall.SIGKILL)
	m.patroni.Kill()
}
