//go:build live

package redis_test

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// Three masters get their replicas when there are nodes for them: the one change of the
// number of servers that the preflight lets pass (stacks/preflight_names.go).
func TestRepairGivesMastersTheirReplicas(t *testing.T) {
	const masters = nodes / 2
	c := newCluster(t)
	var first []string
	for i := range masters {
		first = append(first, net.JoinHostPort(c.address(i), strconv.Itoa(c.port)))
	}
	out, err := process.Script(c.env("REDIS_NODES="+strings.Join(first, " "), "REDIS_REPLICAS=0"), c.path("redis-cluster.sh"))
	require.NoError(t, err)
	require.Contains(t, out, fmt.Sprintf("the cluster is healthy: %d nodes, 16384 slots", masters))

	out = c.repair()
	require.Equal(t, masters, strings.Count(out, "a replica of"), out)
	require.Contains(t, out, fmt.Sprintf("the cluster is healthy: %d nodes, 16384 slots", nodes))
}
