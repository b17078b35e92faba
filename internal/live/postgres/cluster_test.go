//go:build live

// Package postgres_test runs PostgreSQL, Patroni, pgBackRest and PgBouncer with the
// configuration that package manifests renders, against a real API server and the
// sandbox's object storage. Only addresses, sizes and directories differ.
package postgres_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

const (
	owner  = "postgres" // PostgreSQL refuses to run as root
	bucket = "gomeet-live-backups"

	superPassword = "super-live-test-password"
	apiPassword   = "api-live-test-password"
	poolPassword  = "pooler-live-test-password"
	adminPassword = "console-live-test-password"
)

// binDir has the newest PostgreSQL that Debian installed.
var binDir = func() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	return append([]string{"/usr/lib/postgresql"}, found...)[len(found)]
}()

// cluster is PostgreSQL under Patroni, with everything around it.
type cluster struct {
	t          testing.TB
	root, host string
	cert       process.Certificate
	kubernetes *kubernetes
	storage    storage
	members    []*member
	service    service
	poolerPort int
	pooler     *process.Process
}

// member is one PostgreSQL server and its Patroni.
type member struct {
	name, dir  string
	port, rest int
	config     manifests.Patroni
	patroni    *process.Process
}

// newCluster starts a cluster with a schema, and a pooler in front of its primary.
func newCluster(t testing.TB, members int) *cluster {
	t.Helper()
	for _, program := range []string{"patroni", "pgbackrest", "pgbouncer", "psql", "jq", binDir + "/postgres"} {
		process.Need(t, program)
	}
	c := &cluster{t: t, host: hostAddress(t)}
	var err error
	c.root, err = os.MkdirTemp("", "gomeet-postgres-") // others may enter it, unlike t.TempDir
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(c.root) })
	require.NoError(t, os.Chmod(c.root, 0o755))
	c.cert = process.NewCertificate(t, c.root, "localhost", "127.0.0.1", c.host)
	process.Scripts(t, c.root)
	c.kubernetes = newKubernetes(t, c.root)
	c.kubernetes.prepare(members)
	c.storage = newStorage(t, c.root, c.cert, bucket)
	c.service = newService(t, c.kubernetes, manifests.DefaultPatroni().Scope)
	c.poolerPort = process.FreePort(t, 0, "127.0.0.1")
	for i := range members {
		c.members = append(c.members, c.newMember(fmt.Sprintf("postgres-%d", i)))
	}
	for _, m := range c.members {
		c.start(m)
	}
	t.Cleanup(c.stop)
	c.waitUntilWhole()
	c.migrate()
	c.startPooler()
	return c
}

// hostAddress returns an address of this machine that is not a loopback one: Kubernetes
// takes no such address into Endpoints.
func hostAddress(t testing.TB) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	require.FailNow(t, "this machine has no address but loopback ones")
	return ""
}

func (c *cluster) stop() {
	for _, m := range c.members {
		m.kill()
	}
}

// script runs one of our scripts beside a member.
func (c *cluster) script(m *member, name string, more []string, args ...string) (string, error) {
	return process.Run(process.Options{Dir: m.dir, User: owner, Env: append(c.env(m), more...)}, filepath.Join(c.root, name), args...)
}
