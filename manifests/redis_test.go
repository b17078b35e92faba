package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func redis() manifests.Redis {
	r := manifests.DefaultRedis()
	r.MaxMemoryMiB = 6400
	r.TLS = manifests.TLSFiles{CA: "/run/secrets/tls/ca.crt", Cert: "/run/secrets/tls/tls.crt", Key: "/run/secrets/tls/tls.key"}
	return r
}

func redisPasswords() manifests.RedisPasswords {
	return manifests.RedisPasswords{
		LiveKit: "livekit-0123456789", API: "api-0123456789ab", Exporter: "exporter-0123456",
		Replica: "replica-01234567", Operator: "operator-0123456",
	}
}

func TestRedisRender(t *testing.T) {
	text, err := redis().Render()
	require.NoError(t, err)
	golden.Equal(t, manifests.RedisFile, text)
}

func TestRedisRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.Redis)
		want   string
	}{
		"no memory":       {func(r *manifests.Redis) { r.MaxMemoryMiB = 0 }, "maxmemory is 0"},
		"default timeout": {func(r *manifests.Redis) { r.NodeTimeoutMillis = 15000 }, "cluster-node-timeout is 15000; it must be 1000 to 4000"},
		"no room for bus": {func(r *manifests.Redis) { r.Port = 60000 }, "the bus takes the port 10000 above"},
		"no key":          {func(r *manifests.Redis) { r.TLS.Key = "" }, `tls-key-file is ""`},
		"injected line":   {func(r *manifests.Redis) { r.Dir = "/data\nrequirepass x" }, "dir is"},
	} {
		t.Run(name, func(t *testing.T) {
			r := redis()
			c.change(&r)
			_, err := r.Render()
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestRedisUsers(t *testing.T) {
	text, err := manifests.RedisUsers(redisPasswords())
	require.NoError(t, err)
	golden.Equal(t, "users.acl", text)
	require.NotContains(t, text, redisPasswords().Operator)

	auth, err := manifests.RedisAuth(redisPasswords())
	require.NoError(t, err)
	require.Equal(t, "masteruser replica\nmasterauth replica-01234567\n", auth)
}

func TestRedisUsersRejectPasswords(t *testing.T) {
	for _, password := range []string{"", "short", "two words 0123456789", "line\nbreak0123456789"} {
		p := redisPasswords()
		p.Replica = password
		_, err := manifests.RedisUsers(p)
		require.ErrorContains(t, err, "password of replica")
		_, err = manifests.RedisAuth(p)
		require.ErrorContains(t, err, "password of replica")
	}
}
