package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func pgBouncer() manifests.PgBouncer {
	p := manifests.DefaultPgBouncer()
	p.Database = manifests.PgBouncerDatabase{Name: "gomeet", Host: "postgres.data.svc.cluster.local", Port: 5432}
	p.Pool = manifests.PgBouncerPool{MaxClients: 2000, MaxDB: 130, Default: 65, Min: 20, Reserve: 13}
	p.ClientTLS = manifests.TLSFiles{Cert: "/run/secrets/tls/tls.crt", Key: "/run/secrets/tls/tls.key"}
	p.ServerCA = "/run/secrets/tls/ca.crt"
	return p
}

func TestPgBouncerRender(t *testing.T) {
	text, err := pgBouncer().Render()
	require.NoError(t, err)
	golden.Equal(t, manifests.PgBouncerFile, text)
}

func TestPgBouncerRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.PgBouncer)
		want   string
	}{
		"no host":             {func(p *manifests.PgBouncer) { p.Database.Host = "" }, `databases.host is ""`},
		"injected key":        {func(p *manifests.PgBouncer) { p.Database.Host = "db\nadmin_users=eve" }, "databases.host is"},
		"superuser":           {func(p *manifests.PgBouncer) { p.AdminUser = "postgres" }, `admin_users is "postgres"; it must be another user`},
		"pool over its limit": {func(p *manifests.PgBouncer) { p.Pool.Reserve = 66 }, "reserve_pool_size is 66"},
		"pool that is empty":  {func(p *manifests.PgBouncer) { p.Pool.MaxDB = 0 }, "max_db_connections is 0"},
		"impatient":           {func(p *manifests.PgBouncer) { p.Timeouts.Query = 5 }, "query_timeout is 5; it must be longer"},
		"relative path":       {func(p *manifests.PgBouncer) { p.UsersFile = "userlist.txt" }, "an absolute path"},
	} {
		t.Run(name, func(t *testing.T) {
			p := pgBouncer()
			c.change(&p)
			_, err := p.Render()
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestPgBouncerUsers(t *testing.T) {
	text, err := manifests.PgBouncerUsers(map[string]string{"stats": "b", "pgbouncer": `a"b`})
	require.NoError(t, err)
	require.Equal(t, "\"pgbouncer\" \"a\"\"b\"\n\"stats\" \"b\"\n", text)

	_, err = manifests.PgBouncerUsers(map[string]string{"eve": "secret\n\"root\" \"x\""})
	require.ErrorContains(t, err, `password of "eve"`)
	require.NotContains(t, err.Error(), "secret", "an error message must not tell the password")
}
