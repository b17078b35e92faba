//go:build live

package redis_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

const nodes = 6 // the design's: 3 masters and a replica of each

var passwords = manifests.RedisPasswords{
	LiveKit: "livekit-live-test", API: "api-live-test-00", Exporter: "exporter-live-test",
	Replica: "replica-live-test", Operator: "operator-live-test",
}

// cluster is a Redis Cluster of real servers with our configuration. Each has an
// address of its own, as pods do, in 127.0.0.0/8.
type cluster struct {
	t       *testing.T
	port    int
	network int // third byte of the addresses: all pods that are rescheduled get new ones
	root    string
	cert    process.Certificate
	server  [nodes]*process.Process
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, network: 1, root: t.TempDir()}
	names, hosts := []string{"127.0.0.1"}, []string{"127.0.0.1"}
	for i := range nodes {
		names = append(names, c.name(i))
		hosts = append(hosts, c.address(i))
	}
	c.port = process.FreePort(t, 10000, hosts...)
	c.cert = process.NewCertificate(t, c.root, names...)
	users, err := manifests.RedisUsers(passwords)
	require.NoError(t, err)
	auth, err := manifests.RedisAuth(passwords)
	require.NoError(t, err)
	c.write("users.acl", users)
	c.write("auth.conf", auth)
	process.Scripts(t, c.root)
	for i := range nodes {
		require.NoError(t, os.Mkdir(c.dir(i), 0o755))
		r := manifests.DefaultRedis()
		r.Port, r.Dir, r.MaxMemoryMiB = c.port, c.dir(i), 64
		r.TLS = manifests.TLSFiles{CA: c.cert.CA, Cert: c.cert.Cert, Key: c.cert.Key}
		r.UsersFile, r.AuthFile = c.path("users.acl"), c.path("auth.conf")
		text, err := r.Render()
		require.NoError(t, err)
		c.write(fmt.Sprintf("redis-%d.conf", i), text)
		c.start(i)
	}
	return c
}

func (c *cluster) path(name string) string { return filepath.Join(c.root, name) }
func (c *cluster) dir(i int) string        { return c.path(fmt.Sprintf("data-%d", i)) }
func (c *cluster) name(i int) string       { return fmt.Sprintf("redis-%d.redis.test", i) }
func (c *cluster) address(i int) string    { return fmt.Sprintf("127.0.%d.%d", c.network, i+1) }
func (c *cluster) write(name, content string) {
	require.NoError(c.t, os.WriteFile(c.path(name), []byte(content), 0o600))
}

func (c *cluster) start(i int) {
	c.t.Helper()
	process.Need(c.t, "redis-server")
	c.server[i] = process.Start(c.t, fmt.Sprintf("redis-%d", i), process.Options{Dir: c.dir(i), Env: []string{
		"POD_IP=" + c.address(i), fmt.Sprintf("POD_NAME=redis-%d", i), "REDIS_SERVICE=redis.test",
		"REDIS_CONFIG=" + c.path(fmt.Sprintf("redis-%d.conf", i)),
	}}, c.path("redis-start.sh"), "--bind", c.address(i))
}

// env is what the scripts' jobs have.
func (c *cluster) env(more ...string) []string {
	var addresses []string
	for i := range nodes {
		addresses = append(addresses, net.JoinHostPort(c.address(i), strconv.Itoa(c.port)))
	}
	return append([]string{
		"REDIS_NODES=" + strings.Join(addresses, " "), "REDISCLI_AUTH=" + passwords.Operator,
		"REDIS_TLS_CA=" + c.cert.CA, "REDIS_WAIT=60", "HOME=" + c.root,
	}, more...)
}

// repair runs the script that creates or repairs the cluster.
func (c *cluster) repair() string {
	c.t.Helper()
	out, err := process.Script(c.env(), c.path("redis-cluster.sh"))
	require.NoError(c.t, err)
	return out
}

// client is what the API has. It looks who owns which slot every second, because by
// default go-redis looks once a minute (TestFailoverAsADefaultClientSeesIt), and it
// gives up soon on a frozen node, which it may ask for that: by default it dials 5 times.
func (c *cluster) client() *redis.ClusterClient {
	return c.clientWith(redis.ClusterOptions{
		ClusterStateReloadInterval: time.Second, DialerRetries: 1,
		DialTimeout: 500 * time.Millisecond, ReadTimeout: 500 * time.Millisecond, WriteTimeout: 500 * time.Millisecond,
	})
}

// clientWith returns a client that knows names, and gets addresses from DNS.
func (c *cluster) clientWith(options redis.ClusterOptions) *redis.ClusterClient {
	var names []string
	for i := range nodes {
		names = append(names, net.JoinHostPort(c.name(i), strconv.Itoa(c.port)))
	}
	options.Addrs, options.Username, options.Password = names, manifests.RedisUserAPI, passwords.API
	options.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		dialer := tls.Dialer{Config: &tls.Config{RootCAs: c.cert.Pool, ServerName: host}}
		for i := range nodes {
			if host == c.name(i) {
				return dialer.DialContext(ctx, network, net.JoinHostPort(c.address(i), port))
			}
		}
		return nil, fmt.Errorf("redirected to %s, which is no name of a node", address)
	}
	client := redis.NewClusterClient(&options)
	c.t.Cleanup(func() { _ = client.Close() })
	return client
}

// victim returns the number of the master that owns the key.
func (c *cluster) victim(client *redis.ClusterClient, key string) int {
	c.t.Helper()
	master, err := client.MasterForKey(context.Background(), key)
	require.NoError(c.t, err)
	for i := range nodes {
		if strings.HasPrefix(master.Options().Addr, c.name(i)) {
			return i
		}
	}
	require.FailNow(c.t, "unknown master", master.Options().Addr)
	return 0
}

// replicaOf returns the number of the replica of a master.
func (c *cluster) replicaOf(master int) int {
	c.t.Helper()
	lines, err := c.client().ClusterNodes(context.Background()).Result()
	require.NoError(c.t, err)
	number := map[string]int{} // by the node's id
	for line := range strings.Lines(lines) {
		for i := range nodes {
			if strings.Contains(line, c.name(i)) {
				number[strings.Fields(line)[0]] = i
			}
		}
	}
	for line := range strings.Lines(lines) {
		f := strings.Fields(line) // id address flags master ...
		if owner, isReplica := number[f[3]]; isReplica && owner == master {
			return number[f[0]]
		}
	}
	require.FailNow(c.t, "no replica", lines)
	return 0
}
