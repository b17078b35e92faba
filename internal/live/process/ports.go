//go:build live

package process

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// FreePort returns a port that nobody listens on at any of the hosts, below the range
// of outgoing connections, so that none of them takes it meanwhile. With offset > 0
// the port that much above is free too.
func FreePort(t testing.TB, offset int, hosts ...string) int {
	t.Helper()
	for range 200 {
		port := 10000 + int(rand.Uint32()%10000)
		if free(port, hosts) && (offset == 0 || free(port+offset, hosts)) {
			return port
		}
	}
	require.FailNow(t, "no free port")
	return 0
}

func free(port int, hosts []string) bool {
	for _, host := range hosts {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}
