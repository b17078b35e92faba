package manifests

// LiveKitService is the name of LiveKit's Service, and of the app.
const LiveKitService = "livekit"

// Ports of a media node.
const (
	// LiveKitPort, LiveKitTCPPort and LiveKitPrometheusPort are LiveKit's own
	// defaults (docs.livekit.io, ports and firewall; config-sample.yaml).
	LiveKitPort, LiveKitTCPPort, LiveKitPrometheusPort = 7880, 7881, 6789
	// LiveKitUDPFirst and LiveKitUDPLast are the media ports: 32 from LiveKit's sample
	// on, enough for a node of 32 CPUs.
	LiveKitUDPFirst, LiveKitUDPLast = 7882, 7913
	// LiveKitTURNUDPPort and LiveKitTURNTLSPort are the ports of TURN (RFC 8656). NewLiveKit
	// sets the first only: no stack offers TURN over TLS (docs/decisions/0008).
	LiveKitTURNUDPPort, LiveKitTURNTLSPort = 3478, 5349
	// LiveKitRelayFirst and LiveKitRelayLast are 10,000 ports below the NodePorts;
	// LiveKit lets a participant hold 12 of them.
	LiveKitRelayFirst, LiveKitRelayLast = 20000, 29999
)

// LiveKitDrainSeconds is how long a node may take to let its meetings end after
// SIGTERM: 5 hours (livekit-helm, terminationGracePeriodSeconds). LiveKit has no key
// for it; it waits until its rooms are empty, and the pod's grace period ends that.
const LiveKitDrainSeconds = 5 * 60 * 60

const (
	// liveKitBuffer is 10 times LiveKit's default of 1,000. Users who lost nodes in
	// join storms went up to 100,000 (livekit/livekit#2440); a buffer is allocated
	// whole for each call, which at 100,000 is megabytes per call.
	liveKitBuffer = 10_000
	// liveKitEmptySeconds and liveKitDepartureSeconds are LiveKit's defaults.
	liveKitEmptySeconds, liveKitDepartureSeconds = 300, 20
)

// LiveKitPlan is what a LiveKit node takes from the plan and from its site.
type LiveKitPlan struct {
	// Region names the region of the node.
	Region string
	// MaxParticipants is the most participants of a room.
	MaxParticipants int
	// Limit is what the node may carry.
	Limit LiveKitLimit
	// CPULoadLimit is the share of CPU from which a node gets no more rooms.
	CPULoadLimit float64
	// Redis is the Redis of all nodes.
	Redis LiveKitRedis
}

// NewLiveKit returns the configuration of a node in one region, with everything
// the plan does not decide set to the constants of this package.
func NewLiveKit(p LiveKitPlan) LiveKit {
	return LiveKit{
		Port:       LiveKitPort,
		Prometheus: LiveKitPrometheus{Port: LiveKitPrometheusPort},
		RTC: LiveKitRTC{
			TCPPort:           LiveKitTCPPort,
			UDPPort:           PortRange{LiveKitUDPFirst, LiveKitUDPLast},
			UseExternalIP:     true,
			CongestionControl: LiveKitCongestion{Enabled: true, AllowPause: true},
		},
		Redis: p.Redis,
		Room: LiveKitRoom{
			MaxParticipants:  p.MaxParticipants,
			EmptyTimeout:     liveKitEmptySeconds,
			DepartureTimeout: liveKitDepartureSeconds,
		},
		TURN: LiveKitTURN{
			Enabled:         true,
			UDPPort:         LiveKitTURNUDPPort,
			RelayRangeStart: LiveKitRelayFirst,
			RelayRangeEnd:   LiveKitRelayLast,
		},
		NodeSelector: LiveKitSelector(p.CPULoadLimit),
		Region:       p.Region,
		KeyFile:      LiveKitKeyFile,
		SignalRelay:  LiveKitSignalRelay{StreamBufferSize: max(1_000, 2*p.MaxParticipants)},
		PSRPC:        LiveKitPSRPC{BufferSize: liveKitBuffer},
		Logging:      LiveKitLogging{Level: "info", JSON: true, Sample: true},
		Limit:        p.Limit,
	}
}

// LiveKitSelector returns how the node of a new room is chosen: by CPU of the pod, not by
// the load average of the host (cgroup v2). Statistics of nodes are up to 2 s old, and of
// equal nodes LiveKit takes the first: "lowest" would send rooms that start together to the
// same node, "twochoice" takes the better of two at random. Two that are both occupied are
// kept away by the limit, which comes from the plan. docs/sizing.md has the comparison.
func LiveKitSelector(cpuLoadLimit float64) LiveKitNodeSelector {
	return LiveKitNodeSelector{Kind: "cpuload", SortBy: "rooms", Algorithm: "twochoice", CPULoadLimit: cpuLoadLimit}
}
