package media

import "github.com/pion/webrtc/v4"

// Transport is how media reach the server.
type Transport string

const (
	// UDP is directly, which is what participants get unless their network forbids it.
	UDP Transport = "udp"
	// TCP is directly to LiveKit's TCP port.
	TCP Transport = "tcp"
	// TURN is by LiveKit's relay, which is reached by UDP at a port of its own
	// (components.Firewalls): for networks that let UDP through at few ports only. It helps
	// nobody whose network drops UDP; that is what TCP is for.
	TURN Transport = "turn"
)

// Transports lists all of them.
var Transports = []Transport{UDP, TCP, TURN}

// policy is what the SDK is asked for.
func (t Transport) policy() webrtc.ICETransportPolicy {
	if t == TURN {
		return webrtc.ICETransportPolicyRelay
	}
	return webrtc.ICETransportPolicyAll
}

// selected is the transport of the pair of candidates that a connection uses, "" while
// there is none.
func (r *relay) selected(pc *webrtc.PeerConnection) Transport {
	if pc == nil || pc.SCTP() == nil || pc.SCTP().Transport() == nil {
		return ""
	}
	pair, err := pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	switch {
	case err != nil || pair == nil:
		return ""
	case pair.Local.Typ == webrtc.ICECandidateTypeRelay:
		return TURN
	case r.bridge != nil && r.bridge.leads(int(pair.Remote.Port)):
		return TCP
	default:
		return UDP
	}
}
