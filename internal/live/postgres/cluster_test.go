//go:build live

// Package postgres_test runs PostgreSQL, Patroni, pgBackRest and PgBouncer with the
// configuration that package manifests renders, against a real API server and the
// sandbox's object storage. Only addresses, sizes and directories differ.
package postgres_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

const (
	binDir = "/usr/lib/postgresql/15/bin" // Debian 12's
	owner  = "postgres"                   // PostgreSQL refuses to run as root
	bucket = "gomeet-live-backups"

	superPassword = "super-live-test-password"
	apiPassword   = "api-live-test-password"
	poolPassword  = "pooler-live-test-password"
	adminPassword = "console-live-test-password"
)

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

func (c *cluster) stop() {
	for _, m := range c.members {
		m.kill()
	}
}

// prepare makes what the chart makes: the namespace, Patroni's account, the Service of
// the primary and, as there are no kubelets, the pods.
func (k *kubernetes) prepare(members int) {
	k.t.Helper()
	type object = map[string]any
	k.create("/api/v1/namespaces", object{"metadata": object{"name": namespace}})
	var rules []object
	for _, r := range manifests.PatroniRules {
		rules = append(rules, object{"apiGroups": []string{""}, "resources": r.Resources, "verbs": r.Verbs})
	}
	rbac := "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace
	k.create(rbac+"/roles", object{"metadata": object{"name": "postgres"}, "rules": rules})
	k.create(rbac+"/rolebindings", object{"metadata": object{"name": "postgres"},
		"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "postgres"},
		"subjects": []object{{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "patroni"}}})
	scope := manifests.DefaultPatroni().Scope
	labels := object{"app.kubernetes.io/name": "postgres", manifests.PatroniScopeLabel: scope}
	k.create("/api/v1/namespaces/"+namespace+"/services", object{"metadata": object{"name": scope, "labels": labels},
		"spec": object{"ports": []object{{"name": "postgresql", "port": 5432}}}})
	for i := range members {
		k.create("/api/v1/namespaces/"+namespace+"/pods", object{
			"metadata": object{"name": fmt.Sprintf("postgres-%d", i), "labels": labels},
			"spec":     object{"containers": []object{{"name": "postgres", "image": "postgres"}}}})
	}
}

// state is what Patroni says of its members, by name.
func (c *cluster) state() map[string]string {
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: c.tls(c.host), DisableKeepAlives: true}}
	for _, m := range c.members {
		resp, err := client.Get(fmt.Sprintf("https://%s/cluster", net.JoinHostPort(c.host, strconv.Itoa(m.rest))))
		if err != nil {
			continue
		}
		var answer struct {
			Members []struct{ Name, Role, State string }
		}
		err = json.NewDecoder(resp.Body).Decode(&answer)
		_ = resp.Body.Close()
		if err != nil {
			continue
		}
		roles := map[string]string{}
		for _, m := range answer.Members {
			if m.State == "running" || m.State == "streaming" {
				roles[m.Name] = m.Role
			}
		}
		return roles
	}
	return nil
}

// waitUntilWhole waits for a primary, a synchronous replica if there can be one, and
// everybody else.
func (c *cluster) waitUntilWhole() {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		if _, err := c.kubernetes.endpoint(manifests.DefaultPatroni().Scope); err != nil {
			return false
		}
		count := map[string]int{}
		for _, role := range c.state() {
			count[role]++
		}
		replicas := len(c.members) - 1
		return count["leader"] == 1 && count["sync_standby"] == min(1, replicas) && count["replica"] == max(0, replicas-1)
	}, 90*time.Second, 200*time.Millisecond, "the cluster does not become whole")
}

// primary returns the member that holds the lock.
func (c *cluster) primary() *member {
	c.t.Helper()
	for name, role := range c.state() {
		for _, m := range c.members {
			if role == "leader" && m.name == name {
				return m
			}
		}
	}
	require.FailNow(c.t, "there is no primary")
	return nil
}

// script runs one of our scripts beside a member.
func (c *cluster) script(m *member, name string, more []string, args ...string) (string, error) {
	return process.Run(process.Options{Dir: m.dir, User: owner, Env: append(c.env(m), more...)}, filepath.Join(c.root, name), args...)
}
