package live

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Redis is a Redis Cluster of one node: it speaks TLS only, and only to one user.
type Redis struct {
	*Process
	// Port is the TLS port on the loopback address.
	Port int
	// User and Password are of the only user.
	User, Password string
	// CACertFile is what clients trust.
	CACertFile string
}

// StartRedis starts a Redis that serves all slots.
func StartRedis(t *testing.T) *Redis {
	t.Helper()
	server, client := Installed(t, "redis-server", "redis-server"), Installed(t, "redis-cli", "redis-tools")
	ports, certificate, folder := Ports(t, 2), Certificate(t), t.TempDir()
	r := &Redis{Port: ports[0], User: "livekit", Password: "of-a-test-only", CACertFile: filepath.Join(certificate, "tls.crt")}
	config := filepath.Join(folder, "redis.conf")
	Write(t, config, fmt.Sprintf(`bind 127.0.0.1
port 0
tls-port %d
tls-cert-file %s/tls.crt
tls-key-file %[2]s/tls.key
tls-ca-cert-file %[2]s/tls.crt
tls-auth-clients no
tls-cluster yes
cluster-enabled yes
cluster-port %d
cluster-announce-ip 127.0.0.1
dir %s
save ""
user default off
user %s on >%s ~* &* +@all
`, r.Port, certificate, ports[1], folder, r.User, r.Password))
	r.Process = Start(t, nil, server, config)
	command := func(args ...string) error {
		cli := exec.Command(client, append([]string{"--tls", "--cacert", r.CACertFile, "-h", Loopback, "-p",
			strconv.Itoa(r.Port), "--user", r.User, "-e"}, args...)...)
		// The password by the environment: arguments are for everyone to see.
		cli.Env = append(cli.Environ(), "REDISCLI_AUTH="+r.Password)
		if output, err := cli.CombinedOutput(); err != nil {
			return fmt.Errorf("redis-cli %v: %w: %s", args, err, output)
		}
		return nil
	}
	r.Until("answering", func() error { return command("ping") })
	if err := command("cluster", "addslotsrange", "0", "16383"); err != nil {
		t.Fatal(err)
	}
	// A cluster takes writes a moment after it has its slots.
	r.Until("taking writes", func() error { return command("set", "ready", "1") })
	return r
}
