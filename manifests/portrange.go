package manifests

import "fmt"

// Ranges of ports that something else on a Kubernetes node hands out.
const (
	// nodePortFirst and nodePortLast is what Services of type NodePort and
	// LoadBalancer get (Kubernetes, service-node-port-range).
	nodePortFirst, nodePortLast = 30000, 32767
	// ephemeralFirst and ephemeralLast is what outgoing connections get (Linux,
	// net.ipv4.ip_local_port_range).
	ephemeralFirst, ephemeralLast = 32768, 60999
)

// PortRange is a range of ports, both ends included.
type PortRange struct{ First, Last int }

// String returns the range as "first-last".
func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.First, r.Last) }

// MarshalYAML renders the range as "first-last".
func (r PortRange) MarshalYAML() (any, error) { return r.String(), nil }

func (r PortRange) overlaps(first, last int) bool { return r.First <= last && first <= r.Last }

// hostRange notes a range that a daemon on the host network would have to share
// with NodePorts or with outgoing connections: it then fails to listen now and then.
func (c *checks) hostRange(key string, r PortRange) {
	c.that(r.First >= 1024 && r.First <= r.Last && r.Last <= 65535, key, r, "a range from 1024 to 65535, first before last")
	c.that(!r.overlaps(nodePortFirst, nodePortLast), key, r, "clear of the NodePorts, 30000 to 32767")
	c.that(!r.overlaps(ephemeralFirst, ephemeralLast), key, r, "clear of the ephemeral ports, 32768 to 60999")
}
