package media

import (
	"testing"

	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/stretchr/testify/require"
)

// Ada comes back on another node, which counts versions from zero again: those who met her
// before have to know her.
func TestReconnectingForgets(t *testing.T) {
	meet := func(callback *lksdk.RoomCallback) *lksdk.Room {
		room := lksdk.NewRoom(callback)
		room.OnParticipantUpdate([]*livekit.ParticipantInfo{{Identity: "ada", Sid: "PA_before", Version: 5}})
		return room
	}
	backIn := func(room *lksdk.Room) *lksdk.RemoteParticipant {
		room.OnResuming()
		room.OnParticipantUpdate([]*livekit.ParticipantInfo{{Identity: "ada", Sid: "PA_after", Version: 1}})
		return room.GetParticipantBySID("PA_after")
	}
	require.Nil(t, backIn(meet(lksdk.NewRoomCallback())), "the SDK's defect is mended, forget can go")

	p := &participant{}
	p.room = meet(p.callback())
	require.NotNil(t, backIn(p.room))
}
