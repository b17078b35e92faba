//go:build live

package minio_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// bridge connects the machines of a store. It exists in the test's own network namespace.
const bridge, gateway, prefix = "store0", "198.51.100.1", "198.51.100." // RFC 5737: documentation

// machine is what a pod gives a server: a network with one address, names, and a drive
// where the configuration has it. It waits for its cable, and becomes the server.
const machine = `set -eu
hosts=$1 drive=$2 data=$3 address=$4
shift 4
mount --bind "$hosts" /etc/hosts
mount --bind "$drive" "$data"
ip link set lo up
until ip link set eth0 up 2>/dev/null; do sleep 0.05; done
ip address add "$address/24" dev eth0
exec "$@"`

// cables is how many were plugged in.
var cables int

// newBridge makes the network of the machines.
func newBridge(t *testing.T) {
	t.Helper()
	for _, program := range []string{"ip", "unshare", "mount"} {
		process.Need(t, program)
	}
	routes := run(t, "ip", "route", "show", "default")
	require.Empty(t, strings.TrimSpace(routes), `this is the machine's own network; run the tests with "make live-data", or go test -exec tools/netns`)
	run(t, "ip", "link", "add", bridge, "type", "bridge")
	t.Cleanup(func() { _ = exec.Command("ip", "link", "delete", bridge).Run() })
	run(t, "ip", "address", "add", gateway+"/24", "dev", bridge)
	run(t, "ip", "link", "set", bridge, "up")
}

// plug connects a machine that was started. Its network goes with it: nothing answers at
// its address any more, as with a lost node.
func plug(t *testing.T, p *process.Process) {
	t.Helper()
	// Each has its own name: the one before may still be going away.
	cables++
	cable := fmt.Sprintf("cable%d", cables)
	own, err := os.Readlink("/proc/self/ns/net")
	require.NoError(t, err)
	pid := fmt.Sprint(p.PID())
	require.Eventually(t, func() bool {
		network, err := os.Readlink(filepath.Join("/proc", pid, "ns/net"))
		return err == nil && network != own
	}, time.Minute, 5*time.Millisecond, "%s has no network of its own", p.Name)
	run(t, "ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", pid)
	run(t, "ip", "link", "set", cable, "master", bridge, "up")
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := process.Run(process.Options{}, program, args...)
	require.NoError(t, err)
	return out
}
