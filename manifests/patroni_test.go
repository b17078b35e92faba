package manifests_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func patroni() manifests.Patroni {
	p := manifests.DefaultPatroni()
	p.Networks = []string{"10.20.0.0/16", "10.40.0.0/16"}
	p.TLS = manifests.TLSFiles{CA: "/run/secrets/tls/ca.crt", Cert: "/run/secrets/tls/tls.crt", Key: "/run/secrets/tls/tls.key"}
	p.Postgres = manifests.PostgresServer{MaxConnections: 500, MemoryMiB: 28 * 1024, CPUs: 8}
	return p
}

func TestPatroniRender(t *testing.T) {
	text, err := patroni().Render()
	require.NoError(t, err)
	golden.Equal(t, manifests.PatroniFile, text)
}

func TestPatroniRenderStandby(t *testing.T) {
	p := patroni()
	p.Standby = &manifests.PatroniStandby{Host: "postgres.singapore.gomeet.internal", Port: 5432}
	text, err := p.Render()
	require.NoError(t, err)
	golden.Equal(t, "patroni-standby.yml", text)
}

func TestPatroniRenderRestore(t *testing.T) {
	p := patroni()
	p.Restore = &manifests.PatroniRestore{Target: time.Date(2026, 11, 23, 14, 59, 30, 0, time.UTC)}
	text, err := p.Render()
	require.NoError(t, err)
	golden.Equal(t, "patroni-restore.yml", text)
}

// Patroni refuses to run, or raises the values, when its timing breaks this rule.
func TestPatroniTimingKeepsItsRule(t *testing.T) {
	d := patroni().Dynamic()
	require.GreaterOrEqual(t, d.TTL, 20)
	require.GreaterOrEqual(t, d.TTL, d.LoopWait+2*d.RetryTimeout)
}

// Nobody gets in without TLS and SCRAM but the superuser on the pod's own socket.
func TestPatroniHBA(t *testing.T) {
	text, err := patroni().Render()
	require.NoError(t, err)
	_, hba, _ := strings.Cut(text, "pg_hba:\n")
	hba, _, _ = strings.Cut(hba, "  create_replica_methods")
	for _, line := range strings.Split(strings.TrimSpace(hba), "\n") {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "- "))
		switch {
		case f[0] == "local":
			require.Equal(t, []string{"local", "all", "postgres", "peer"}, f)
		case f[0] == "host":
			require.Equal(t, "reject", f[len(f)-1])
		default:
			require.Equal(t, "hostssl", f[0])
			require.Equal(t, "scram-sha-256", f[len(f)-1])
		}
	}
}

func TestPatroniRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.Patroni)
		want   string
	}{
		"open to all":     {func(p *manifests.Patroni) { p.Networks = []string{"0.0.0.0/0"} }, `networks[0] is "0.0.0.0/0"`},
		"closed to all":   {func(p *manifests.Patroni) { p.Networks = nil }, "nobody could connect"},
		"few connections": {func(p *manifests.Patroni) { p.Postgres.MaxConnections = 10 }, "max_connections is 10"},
		"one port":        {func(p *manifests.Patroni) { p.RESTPort = p.Port }, "another port than postgresql.listen"},
		"injected option": {func(p *manifests.Patroni) { p.Stanza = "x; rm" }, "stanza is"},
		"no certificate":  {func(p *manifests.Patroni) { p.TLS.Cert = "" }, `ssl_cert_file is ""`},
		"no site": {func(p *manifests.Patroni) { p.Standby = &manifests.PatroniStandby{Port: 5432} },
			`standby_cluster.host is ""`},
	} {
		t.Run(name, func(t *testing.T) {
			p := patroni()
			c.change(&p)
			_, err := p.Render()
			require.ErrorContains(t, err, c.want)
		})
	}
}
