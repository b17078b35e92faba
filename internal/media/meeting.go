package media

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Meeting is what to put on a server.
type Meeting struct {
	// Participants of whom the first Publishers publish video of BitsPerSecond each; all
	// subscribe to all of it.
	Participants, Publishers, BitsPerSecond int
	// Transport is what all of them use.
	Transport Transport
	// Node is the id of the LiveKit node that the room is put on; empty leaves it to LiveKit.
	Node string
	// JoinTime bounds the time until all are in and see everything, Duration is how long
	// is measured then.
	JoinTime, Duration time.Duration
	// Room is the room's name; empty is a random one.
	Room string
}

// joiners is how many join at once: a burst is another test than a meeting.
const joiners = 10

// lateTime is how long the frames of a measurement may still come after it: what takes
// longer is of no use in a conversation, and missing.
const lateTime = time.Second

// removeTime bounds the end of a room.
const removeTime = 10 * time.Second

// Validate names what cannot be held.
func (m Meeting) Validate() error {
	switch {
	case m.Participants < 2:
		return fmt.Errorf("a meeting has %d participants, want at least 2", m.Participants)
	case m.Publishers < 1 || m.Publishers > m.Participants:
		return fmt.Errorf("%d of %d participants publish, want at least 1 and at most all", m.Publishers, m.Participants)
	case m.BitsPerSecond < minFrameBytes*8*FramesPerSecond:
		return fmt.Errorf("a video has %d bit/s, want at least %d", m.BitsPerSecond, minFrameBytes*8*FramesPerSecond)
	}
	return nil
}

// NewRoom returns a name for a room that nobody else uses.
func NewRoom() string { return "gomeet-check-" + uuid.NewString() }

// Hold holds a meeting and reports what arrived. The room is deleted at the
// end, and nothing is left running when ctx ends. During is called while it is measured, nil
// for nothing; its error ends the meeting.
func (m Meeting) Hold(ctx context.Context, server Server, during func(context.Context) error) (report *Report, err error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	relay, err := newRelay(server, m.Transport)
	if err != nil {
		return nil, err
	}
	defer relay.close()
	joining, cancel := context.WithTimeoutCause(ctx, m.JoinTime, fmt.Errorf("it took more than %s", m.JoinTime))
	defer cancel()
	room := m.Room
	if room == "" {
		room = NewRoom()
	}
	if err := server.create(joining, relay, room, m.Node); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.removeLater(ctx, relay, room)) }()
	c := call{server, relay, m.Transport, room, newDelays()}
	people := make([]*participant, m.Participants)
	defer func() {
		for _, p := range people {
			if p != nil {
				p.leave()
			}
		}
	}()
	group, together := errgroup.WithContext(joining)
	group.SetLimit(joiners)
	for i := range people {
		group.Go(func() (err error) {
			bits := 0
			if i < m.Publishers {
				bits = m.BitsPerSecond
			}
			people[i], err = c.join(together, identity(i), bits)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := m.seen(joining, people); err != nil {
		return nil, err
	}
	for i, p := range people {
		p.sink.count(m.watched(i))
	}
	m.numbers(people, true)
	if err := m.measure(ctx, during); err != nil {
		return nil, err
	}
	m.numbers(people, false)
	for _, p := range people {
		p.sink.stop()
	}
	if err := m.late(ctx, people); err != nil {
		return nil, err
	}
	r := m.report(people)
	r.Delay = c.delays.spread()
	return r, nil
}

func identity(i int) string { return fmt.Sprintf("synthetic-%d", i+1) }

// Seen is how many videos a participant subscribes to at most.
func (m Meeting) Seen() int { return min(m.Publishers, m.Participants-1) }

// watched are the publishers that a participant sees: all but itself.
func (m Meeting) watched(i int) (publishers []string) {
	for j := range m.Publishers {
		if j != i {
			publishers = append(publishers, identity(j))
		}
	}
	return publishers
}

// numbers begins or ends the numbering of frames, by which those of the measurement are known.
func (m Meeting) numbers(people []*participant, on bool) {
	for _, p := range people[:m.Publishers] {
		p.camera.measure(on)
	}
}

// late waits for frames that are still under way.
func (m Meeting) late(ctx context.Context, people []*participant) error {
	deadline := time.Now().Add(lateTime)
	for {
		if m.complete(people) || time.Now().After(deadline) {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(settleTime):
		}
	}
}

// complete reports whether everybody has every frame of the measurement.
func (m Meeting) complete(people []*participant) bool {
	for i, p := range people {
		for j := range m.Publishers {
			if j != i && p.sink.frames(identity(j)) < people[j].camera.numbered() {
				return false
			}
		}
	}
	return true
}

// seen waits until everybody has received a frame of every publisher.
func (m Meeting) seen(ctx context.Context, people []*participant) error {
	tick := time.NewTicker(settleTime)
	defer tick.Stop()
	for {
		blind := 0
		for i, p := range people {
			if !p.sink.sees(m.watched(i)) {
				blind++
			}
		}
		if blind == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d participants do not see all videos: %w", blind, len(people), context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// measure waits, or runs what is to happen meanwhile.
func (m Meeting) measure(ctx context.Context, during func(context.Context) error) error {
	var failed error
	if during != nil {
		failed = during(ctx)
	}
	if failed != nil {
		return failed
	}
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(m.Duration):
		return nil
	}
}
