package media

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/livekit/protocol/livekit"
	protologger "github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

// participant is one person in a meeting.
type participant struct {
	relay *relay
	room  *lksdk.Room
	sink  *sink
	// camera is nil for those who only watch.
	camera *source
	// joined is how long it took from the first request until media could flow.
	joined time.Duration
	// server is what the server says of itself.
	server *livekit.ServerInfo
	tracks sync.WaitGroup

	mutex   sync.Mutex
	reasons []string
	resumes int
}

// The SDK logs every failed attempt; what matters is in the errors and the report.
func init() { lksdk.SetLogger(protologger.LogRLogger(logr.Discard())) }

// settleTime is between two looks at a connection that is being made.
const settleTime = 20 * time.Millisecond

// call is what all participants of a meeting share.
type call struct {
	server    Server
	relay     *relay
	transport Transport
	room      string
	delays    *delays
}

// join enters a room and waits until media can flow: with a publisher, both ways.
func (c call) join(ctx context.Context, identity string, bitsPerSecond int) (*participant, error) {
	token, err := c.server.Token(c.room, identity)
	if err != nil {
		return nil, err
	}
	p := &participant{relay: c.relay, sink: newSink(c.delays)}
	began := time.Now()
	p.room = lksdk.NewRoom(p.callback())
	// The SDK's own waiting cannot be cut short, so it is left behind when ctx ends.
	entered := make(chan error, 1)
	go func() {
		entered <- p.room.JoinWithToken(c.relay.url("ws"), token,
			lksdk.WithICETransportPolicy(c.transport.policy()), lksdk.WithDisableRegionDiscovery())
	}()
	select {
	case err = <-entered:
	case <-ctx.Done():
		go func() {
			if <-entered == nil {
				p.room.Disconnect()
			}
		}()
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot join: %w", identity, err)
	}
	p.server = p.room.ServerInfo()
	if bitsPerSecond > 0 {
		if err := p.publish(bitsPerSecond); err != nil {
			p.leave()
			return nil, fmt.Errorf("%s cannot publish: %w", identity, err)
		}
	}
	if err := p.connected(ctx, bitsPerSecond > 0); err != nil {
		p.leave()
		return nil, fmt.Errorf("%s joined, but no media can flow over %s: %w", identity, c.transport, err)
	}
	p.joined = time.Since(began)
	return p, nil
}

// callback is what the SDK is to tell.
func (p *participant) callback() *lksdk.RoomCallback {
	callback := lksdk.NewRoomCallback()
	callback.OnTrackSubscribed = func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, publisher *lksdk.RemoteParticipant) {
		p.tracks.Go(func() { p.sink.watch(publisher.Identity(), track) })
	}
	callback.OnDisconnectedWithReason = func(reason lksdk.DisconnectionReason) { p.note(string(reason)) }
	callback.OnReconnecting = p.forget
	callback.OnReconnected = func() {
		p.mutex.Lock()
		p.resumes++
		p.mutex.Unlock()
	}
	return callback
}

// forget makes the SDK learn anew who is in the room. LiveKit counts the versions of what it
// says of a participant, at another node from zero again. The SDK drops what has a lower
// version than it knows, and does not look whether it is of the same session
// (baseParticipant.updateInfo in server-sdk-go v2.16.0, mended in v2.17.0). Who comes back
// on the other node then stays unknown to the others, and the new video is deferred for ever.
// The SDK forgets by itself when it restarts, but not when it restarts because it could not
// resume, which is what the loss of a node looks like. After a resumption that succeeds the
// server names everybody again.
func (p *participant) forget() {
	for _, other := range p.room.GetRemoteParticipants() {
		p.room.OnParticipantDisconnect(other, livekit.DisconnectReason_UNKNOWN_REASON)
	}
}

// publish turns the camera on.
func (p *participant) publish(bitsPerSecond int) error {
	p.camera = newSource(bitsPerSecond)
	track, err := lksdk.NewLocalTrack(
		webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000}, lksdk.WithRTCPHandler(p.camera.feedback))
	if err != nil {
		return err
	}
	track.OnBind(func() { _ = track.StartWrite(p.camera, nil) })
	_, err = p.room.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{
		Name: "camera", Source: livekit.TrackSource_CAMERA, VideoWidth: width, VideoHeight: height,
	})
	return err
}

// connected waits for the connections that carry media.
func (p *participant) connected(ctx context.Context, publishes bool) error {
	tick := time.NewTicker(settleTime)
	defer tick.Stop()
	for {
		if p.transport(publishes) != "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		if reason := p.gone(); reason != "" {
			return errors.New("the server ended the connection: " + reason)
		}
	}
}

// transport is what the participant's connection uses, "" while it has none. Those who
// publish have a connection of their own for it.
func (p *participant) transport(publishes bool) Transport {
	local := p.room.LocalParticipant
	if publishes {
		return p.relay.selected(local.GetPublisherPeerConnection())
	}
	if t := p.relay.selected(local.GetSubscriberPeerConnection()); t != "" {
		return t
	}
	return p.relay.selected(local.GetPublisherPeerConnection())
}

func (p *participant) note(reason string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.reasons = append(p.reasons, reason)
}

// gone says why the participant is no longer in the room, "" while it is.
func (p *participant) gone() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.reasons) == 0 {
		return ""
	}
	return p.reasons[len(p.reasons)-1]
}

// leave disconnects, and waits for what read its tracks.
func (p *participant) leave() {
	p.room.Disconnect()
	p.tracks.Wait()
}
