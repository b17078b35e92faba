package media

import (
	"context"
	"fmt"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

// Server is a LiveKit, and the key that makes rooms and tokens on it.
type Server struct {
	// URL is where it signals, such as wss://rtc.gomeet.example.
	URL string
	// Key and Secret are one of its API keys. The secret appears in no error.
	Key, Secret string
	// Via is how its address is reached and what its certificate is checked against.
	Via Via
	// API is where its room API is, such as http://127.0.0.1:7880 through a tunnel: the
	// edge lets only signalling through. Empty is where it signals.
	API string
}

// tokenTime is how long a token lets in: LiveKit refreshes it for those who are in.
const tokenTime = 10 * time.Minute

// Token lets one participant into a room.
func (s Server) Token(room, identity string) (string, error) {
	yes := true
	token, err := auth.NewAccessToken(s.Key, s.Secret).SetIdentity(identity).SetValidFor(tokenTime).
		SetVideoGrant(&auth.VideoGrant{RoomJoin: true, Room: room, CanPublish: &yes, CanSubscribe: &yes}).ToJWT()
	if err != nil {
		return "", fmt.Errorf("signing a token for room %s: %w", room, err)
	}
	return token, nil
}

// rooms is LiveKit's room API, behind the relay unless it is elsewhere.
func (s Server) rooms(relay *relay) *lksdk.RoomServiceClient {
	if s.API != "" {
		return lksdk.NewRoomServiceClient(s.API, s.Key, s.Secret)
	}
	return lksdk.NewRoomServiceClient(relay.url("http"), s.Key, s.Secret)
}

// create makes a room that goes away by itself when nobody is left in it.
func (s Server) create(ctx context.Context, relay *relay, room, node string) error {
	if _, err := s.rooms(relay).CreateRoom(ctx, &livekit.CreateRoomRequest{
		Name: room, EmptyTimeout: 60, DepartureTimeout: 10, NodeId: node,
	}); err != nil {
		return fmt.Errorf("creating room %s at %s: %w", room, s.URL, err)
	}
	return nil
}

func (s Server) remove(ctx context.Context, relay *relay, room string) error {
	if _, err := s.rooms(relay).DeleteRoom(ctx, &livekit.DeleteRoomRequest{Room: room}); err != nil {
		return fmt.Errorf("deleting room %s at %s: %w", room, s.URL, err)
	}
	return nil
}

// Within does something while a room exists that nobody else uses. The room is deleted
// afterwards, whatever becomes of ctx.
func (s Server) Within(ctx context.Context, room string, do func()) (err error) {
	relay, err := newRelay(s, UDP)
	if err != nil {
		return err
	}
	defer relay.close()
	if err := s.create(ctx, relay, room, ""); err != nil {
		return err
	}
	defer func() { err = s.removeLater(ctx, relay, room) }()
	do()
	return nil
}

// removeLater deletes a room although ctx may have ended.
func (s Server) removeLater(ctx context.Context, relay *relay, room string) error {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTime)
	defer cancel()
	return s.remove(ending, relay, room)
}
