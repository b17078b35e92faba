package live

import (
	"net"
	"strconv"
	"testing"
)

// Loopback is where every daemon of a test listens.
const Loopback = "127.0.0.1"

// Ports returns n TCP ports of the loopback address that were free a moment ago.
func Ports(t *testing.T, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		listener, err := net.Listen("tcp", Loopback+":0")
		if err != nil {
			t.Fatalf("looking for a free port: %v", err)
		}
		// Open until all are found, so that no port comes twice.
		defer listener.Close()
		ports[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports
}

// UDPPorts returns the first of n free UDP ports in a row, at or above from.
func UDPPorts(t *testing.T, from, n int) int {
	t.Helper()
	for first := from; first+n < 1<<16; first += n {
		if udpFree(first, n) {
			return first
		}
	}
	t.Fatalf("no %d UDP ports in a row are free above %d", n, from)
	return 0
}

func udpFree(first, n int) bool {
	for port := first; port < first+n; port++ {
		// At all addresses: a daemon may hold it at one.
		conn, err := net.ListenPacket("udp4", net.JoinHostPort("0.0.0.0", strconv.Itoa(port)))
		if err != nil {
			return false
		}
		conn.Close()
	}
	return true
}

// Address returns the loopback address with a port.
func Address(port int) string { return net.JoinHostPort(Loopback, strconv.Itoa(port)) }

// HostAddress returns this machine's IPv4 address on its network. Media go there: WebRTC
// passes over loopback addresses.
func HostAddress(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && !network.IP.IsLoopback() && network.IP.To4() != nil {
			return network.IP.String()
		}
	}
	t.Fatal("this machine has no IPv4 address but loopback ones")
	return ""
}
