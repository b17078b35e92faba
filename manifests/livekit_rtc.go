package manifests

// LiveKitRTC is how media reaches the node.
type LiveKitRTC struct {
	// TCPPort is ICE over TCP, for clients whose network drops UDP. It is reached on
	// the node itself, never through a load balancer.
	TCPPort int `yaml:"tcp_port"`
	// UDPPort is the range of ports that all media shares. LiveKit opens one per CPU.
	//
	// The other way is a port of its own for each transport (port_range_start, 50000
	// to 60000 in LiveKit's documents). The media pods are on the host network, and
	// that range lies within Linux's ephemeral ports (32768 to 60999), where any
	// outgoing connection of the node may hold a port. The shared ports are outside
	// of it, open fewer holes in the firewall, and LiveKit recommends them when there
	// are at least as many as CPUs.
	UDPPort PortRange `yaml:"udp_port"`
	// UseExternalIP asks a STUN server for the public address of the node.
	UseExternalIP bool `yaml:"use_external_ip"`
	// NodeIP is the address to advertise when UseExternalIP is off.
	NodeIP string `yaml:"node_ip,omitempty"`
	// EnableLoopbackCandidate offers 127.0.0.1 to clients; only tests want that.
	EnableLoopbackCandidate bool              `yaml:"enable_loopback_candidate,omitempty"`
	CongestionControl       LiveKitCongestion `yaml:"congestion_control"`
}

// LiveKitCongestion is what happens when a subscriber's network is full.
type LiveKitCongestion struct {
	// Enabled picks lower layers for the subscriber.
	Enabled bool `yaml:"enabled"`
	// AllowPause may pause video so that audio stays.
	AllowPause bool `yaml:"allow_pause"`
}

// LiveKitTURN is the TURN server inside of LiveKit, for clients that may only talk
// TLS or UDP to well-known ports.
type LiveKitTURN struct {
	Enabled bool `yaml:"enabled"`
	// Domain is the name clients connect to; they use port 443 of it, whatever
	// TLSPort is.
	Domain string `yaml:"domain,omitempty"`
	// TLSPort is where the node listens for TURN over TLS; 0 is nowhere.
	TLSPort int `yaml:"tls_port,omitempty"`
	// UDPPort is TURN over UDP, and STUN; clients reach it on the node's address.
	UDPPort int `yaml:"udp_port,omitempty"`
	// ExternalTLS says that a load balancer in front of TLSPort ends TLS.
	ExternalTLS bool `yaml:"external_tls,omitempty"`
	// ProxyProtocol and ProxyProtocolTrustedCIDRs take the client's address from the
	// PROXY protocol header of that load balancer.
	ProxyProtocol             bool     `yaml:"proxy_protocol,omitempty"`
	ProxyProtocolTrustedCIDRs []string `yaml:"proxy_protocol_trusted_cidrs,omitempty"`
	// CertFile and KeyFile are the certificate when nobody else ends TLS.
	CertFile string `yaml:"cert_file,omitempty"`
	KeyFile  string `yaml:"key_file,omitempty"`
	// RelayRangeStart and RelayRangeEnd are the UDP ports of relayed media. LiveKit's
	// default of 30000 to 40000 overlaps with NodePorts and ephemeral ports.
	RelayRangeStart int `yaml:"relay_range_start,omitempty"`
	RelayRangeEnd   int `yaml:"relay_range_end,omitempty"`
}

func (t LiveKitTURN) check(c *checks) {
	if !t.Enabled {
		return
	}
	c.that(t.TLSPort > 0 || t.UDPPort > 0, "turn.udp_port", t.UDPPort, "a port when turn.tls_port is none")
	if t.UDPPort > 0 {
		c.port("turn.udp_port", t.UDPPort)
	}
	c.hostRange("turn.relay_range_start", PortRange{t.RelayRangeStart, t.RelayRangeEnd})
	if t.TLSPort > 0 {
		c.port("turn.tls_port", t.TLSPort)
		c.present("turn.domain", t.Domain)
		c.that(t.ExternalTLS || t.CertFile != "" && t.KeyFile != "", "turn.cert_file", t.CertFile,
			"set, with turn.key_file, unless turn.external_tls is true")
	}
	c.prefixes("turn.proxy_protocol_trusted_cidrs", t.ProxyProtocolTrustedCIDRs)
	c.that(!t.ProxyProtocol || len(t.ProxyProtocolTrustedCIDRs) > 0, "turn.proxy_protocol_trusted_cidrs",
		t.ProxyProtocolTrustedCIDRs, "the load balancer's range when turn.proxy_protocol is true")
}
