package manifests

import (
	"fmt"
	"net"
	"slices"
)

// LiveKitRedis is the Redis that the nodes share. The password comes from the
// variable LiveKitRedisPasswordEnv.
type LiveKitRedis struct {
	// Address is one server, host:port; ClusterAddresses are nodes of a cluster.
	// Exactly one of them is set.
	Address          string   `yaml:"address,omitempty"`
	ClusterAddresses []string `yaml:"cluster_addresses,omitempty"`
	// Username is the ACL user; empty is Redis' default user.
	Username string `yaml:"username,omitempty"`
	// TLS is set when Redis serves TLS. It replaces LiveKit's deprecated use_tls.
	TLS *LiveKitRedisTLS `yaml:"tls,omitempty"`
}

// RedisAuthorityFile is where LiveKit and its recorders find what Redis' certificate is
// checked against.
const RedisAuthorityFile = "/run/secrets/redis-ca/redis-ca.crt"

// LiveKitRedisTLS is how LiveKit trusts Redis.
type LiveKitRedisTLS struct {
	Enabled bool `yaml:"enabled"`
	// CACertFile is the authority that signed Redis' certificate.
	CACertFile string `yaml:"ca_cert_file"`
}

func (r LiveKitRedis) check(c *checks) {
	c.that((r.Address == "") != (len(r.ClusterAddresses) == 0), "redis.address", r.Address,
		"set, or redis.cluster_addresses, and not both")
	if r.Address != "" {
		c.hostPort("redis.address", r.Address)
	}
	for i, address := range r.ClusterAddresses {
		c.hostPort(fmt.Sprintf("redis.cluster_addresses[%d]", i), address)
	}
	if r.TLS != nil && r.TLS.Enabled {
		c.present("redis.tls.ca_cert_file", r.TLS.CACertFile)
	}
}

// hostPort notes an address that is not host:port.
func (c *checks) hostPort(key, address string) {
	host, port, err := net.SplitHostPort(address)
	c.that(err == nil && host != "" && port != "", key, address, "host:port")
}

// LiveKitNodeSelector is how the node that hosts a new room is chosen.
type LiveKitNodeSelector struct {
	// Kind is cpuload within one region, regionaware when nodes are in several.
	Kind string `yaml:"kind"`
	// SortBy is the order of the nodes that are left, Algorithm which of them is taken.
	SortBy    string `yaml:"sort_by"`
	Algorithm string `yaml:"algorithm"`
	// CPULoadLimit is the share of CPU, 0 to 1, from which a node gets no more rooms
	// while another node is below it; SysloadLimit the same of the load average, the
	// only one regionaware knows.
	CPULoadLimit float64 `yaml:"cpu_load_limit,omitempty"`
	SysloadLimit float64 `yaml:"sysload_limit,omitempty"`
	// Regions are the places of all regions, for regionaware.
	Regions []LiveKitRegion `yaml:"regions,omitempty"`
}

// LiveKitRegion is where a region lies, in degrees.
type LiveKitRegion struct {
	Name string  `yaml:"name"`
	Lat  float64 `yaml:"lat"`
	Lon  float64 `yaml:"lon"`
}

var (
	liveKitSorts      = []string{"random", "sysload", "cpuload", "rooms", "clients", "tracks", "bytespersec"}
	liveKitAlgorithms = []string{"lowest", "twochoice"}
)

func (s LiveKitNodeSelector) check(c *checks, region string) {
	c.that(slices.Contains(liveKitSorts, s.SortBy), "node_selector.sort_by", s.SortBy, fmt.Sprintf("one of %v", liveKitSorts))
	c.that(slices.Contains(liveKitAlgorithms, s.Algorithm), "node_selector.algorithm", s.Algorithm,
		fmt.Sprintf("one of %v", liveKitAlgorithms))
	switch s.Kind {
	case "cpuload":
		c.that(s.CPULoadLimit > 0 && s.CPULoadLimit <= 1, "node_selector.cpu_load_limit", s.CPULoadLimit, "above 0 and at most 1")
	case "regionaware":
		c.that(s.SysloadLimit > 0 && s.SysloadLimit <= 1, "node_selector.sysload_limit", s.SysloadLimit, "above 0 and at most 1")
		known := slices.ContainsFunc(s.Regions, func(r LiveKitRegion) bool { return r.Name == region })
		c.that(known, "region", region, "one of node_selector.regions")
	default:
		c.that(false, "node_selector.kind", s.Kind, "cpuload or regionaware")
	}
}

// LiveKitSignalRelay carries signalling from the node a client reached to the node
// that hosts its room.
type LiveKitSignalRelay struct {
	// StreamBufferSize is messages held per participant before a connection is cut.
	StreamBufferSize int `yaml:"stream_buffer_size"`
}

// LiveKitPSRPC is the calls between nodes.
type LiveKitPSRPC struct {
	// BufferSize is messages held per server and per call before they are dropped.
	BufferSize int `yaml:"buffer_size"`
}
