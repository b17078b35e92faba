package media

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// offered changes a candidate of the server: over TCP only its TCP candidate is passed on,
// as the bridge's local port. False leaves it out.
func (r *relay) offered(candidate string) (string, bool) {
	if r.bridge == nil {
		return candidate, true
	}
	// candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE ... (RFC 8839
	// section 5.1)
	fields := strings.Fields(candidate)
	if len(fields) < 8 || !strings.EqualFold(fields[2], "tcp") || net.ParseIP(fields[4]).To4() == nil {
		return "", false
	}
	port, err := r.bridge.to(net.JoinHostPort(fields[4], fields[5]))
	if err != nil {
		return "", false
	}
	fields[2], fields[4], fields[5] = "udp", "127.0.0.1", strconv.Itoa(port)
	var kept []string
	for i := 0; i < len(fields); i++ {
		if fields[i] == "tcptype" {
			i++
			continue
		}
		kept = append(kept, fields[i])
	}
	return strings.Join(kept, " "), true
}

// answered is the same for a participant's candidates: the server must not find another
// way to those who have the bridge.
func (r *relay) answered(candidate string) (string, bool) { return candidate, r.bridge == nil }

// fromServer changes the candidates in a message of the server. What cannot be read passes
// as it is: it is not for us to judge.
func (r *relay) fromServer(message []byte) ([]byte, bool) {
	var m livekit.SignalResponse
	if r.bridge == nil || proto.Unmarshal(message, &m) != nil {
		return message, true
	}
	keep := true
	switch part := m.Message.(type) {
	case *livekit.SignalResponse_Trickle:
		keep = trickled(part.Trickle, r.offered)
	case *livekit.SignalResponse_Offer:
		described(part.Offer, r.offered)
	case *livekit.SignalResponse_Answer:
		described(part.Answer, r.offered)
	default:
		return message, true
	}
	changed, err := proto.Marshal(&m)
	return changed, keep && err == nil
}

// fromClient does the same for what a participant says.
func (r *relay) fromClient(message []byte) ([]byte, bool) {
	var m livekit.SignalRequest
	if r.bridge == nil || proto.Unmarshal(message, &m) != nil {
		return message, true
	}
	keep := true
	switch part := m.Message.(type) {
	case *livekit.SignalRequest_Trickle:
		keep = trickled(part.Trickle, r.answered)
	case *livekit.SignalRequest_Offer:
		described(part.Offer, r.answered)
	case *livekit.SignalRequest_Answer:
		described(part.Answer, r.answered)
	default:
		return message, true
	}
	changed, err := proto.Marshal(&m)
	return changed, keep && err == nil
}

// trickled changes the candidate of a trickle message, which is JSON inside of it. False is
// a message that is left out.
func trickled(t *livekit.TrickleRequest, change func(string) (string, bool)) bool {
	var init map[string]any
	if json.Unmarshal([]byte(t.CandidateInit), &init) != nil {
		return true
	}
	candidate, _ := init["candidate"].(string)
	if candidate == "" {
		return true // The end of candidates.
	}
	changed, keep := change(candidate)
	if !keep {
		return false
	}
	init["candidate"] = changed
	text, err := json.Marshal(init)
	if err != nil {
		return false
	}
	t.CandidateInit = string(text)
	return true
}

// described changes the candidate lines of a session description.
func described(d *livekit.SessionDescription, change func(string) (string, bool)) {
	var kept strings.Builder
	for line := range strings.Lines(d.GetSdp()) {
		candidate, is := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "a=")
		if !is || !strings.HasPrefix(candidate, "candidate:") {
			kept.WriteString(line)
		} else if changed, keep := change(candidate); keep {
			kept.WriteString("a=" + changed + "\r\n")
		}
	}
	if d != nil {
		d.Sdp = kept.String()
	}
}
