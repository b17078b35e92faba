package media

import (
	"fmt"
	"testing"

	"github.com/livekit/protocol/livekit"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

const (
	udpCandidate = "candidate:1 1 udp 2130706431 192.0.2.7 7882 typ host ufrag abc"
	tcpCandidate = "candidate:2 1 tcp 1671430143 192.0.2.7 7881 typ host tcptype passive ufrag abc"
)

func trickle(candidate string) *livekit.TrickleRequest {
	return &livekit.TrickleRequest{CandidateInit: fmt.Sprintf(`{"candidate":%q,"sdpMid":"0"}`, candidate)}
}

func message(t *testing.T, m proto.Message) []byte {
	t.Helper()
	text, err := proto.Marshal(m)
	require.NoError(t, err)
	return text
}

// Over TCP a participant learns of the server's TCP candidate only, as a local port, and
// the server of no candidate at all.
func TestCandidatesOverTCP(t *testing.T) {
	r := &relay{bridge: newBridge(Via{})}
	defer r.bridge.close()

	_, keep := r.fromServer(message(t, &livekit.SignalResponse{Message: &livekit.SignalResponse_Trickle{Trickle: trickle(udpCandidate)}}))
	require.False(t, keep)
	_, keep = r.fromClient(message(t, &livekit.SignalRequest{Message: &livekit.SignalRequest_Trickle{Trickle: trickle(udpCandidate)}}))
	require.False(t, keep)

	changed, keep := r.fromServer(message(t, &livekit.SignalResponse{Message: &livekit.SignalResponse_Trickle{Trickle: trickle(tcpCandidate)}}))
	require.True(t, keep)
	port, err := r.bridge.to("192.0.2.7:7881")
	require.NoError(t, err)
	require.True(t, r.bridge.leads(port))
	local := fmt.Sprintf("candidate:2 1 udp 1671430143 127.0.0.1 %d typ host ufrag abc", port)
	var m livekit.SignalResponse
	require.NoError(t, proto.Unmarshal(changed, &m))
	require.JSONEq(t, fmt.Sprintf(`{"candidate":%q,"sdpMid":"0"}`, local), m.GetTrickle().CandidateInit)

	sdp := "v=0\r\na=" + udpCandidate + "\r\na=" + tcpCandidate + "\r\na=end-of-candidates\r\n"
	changed, keep = r.fromServer(message(t, &livekit.SignalResponse{Message: &livekit.SignalResponse_Answer{Answer: &livekit.SessionDescription{Type: "answer", Sdp: sdp}}}))
	require.True(t, keep)
	require.NoError(t, proto.Unmarshal(changed, &m))
	require.Equal(t, "v=0\r\na="+local+"\r\na=end-of-candidates\r\n", m.GetAnswer().Sdp)

	same := message(t, &livekit.SignalResponse{Message: &livekit.SignalResponse_Pong{Pong: 1}})
	changed, keep = r.fromServer(same)
	require.True(t, keep)
	require.Equal(t, same, changed)
	changed, keep = r.fromServer([]byte("no message"))
	require.True(t, keep)
	require.Equal(t, "no message", string(changed))
}

func TestCandidatesOtherwise(t *testing.T) {
	r := &relay{}
	same := message(t, &livekit.SignalResponse{Message: &livekit.SignalResponse_Trickle{Trickle: trickle(udpCandidate)}})
	changed, keep := r.fromServer(same)
	require.True(t, keep)
	require.Equal(t, same, changed)
}
