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
			people[i], err = join(together, server, relay, m.Transport, room, fmt.Sprintf("synthetic-%d", i+1), bits)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := m.seen(joining, people); err != nil {
		return nil, err
	}
	for _, p := range people {
		p.sink.count()
	}
	if err := m.measure(ctx, during); err != nil {
		return nil, err
	}
	return m.report(people), nil
}

// expected is how many tracks a participant sees: everybody's but its own.
func (m Meeting) expected(i int) int {
	if i < m.Publishers {
		return m.Publishers - 1
	}
	return m.Publishers
}

// seen waits until everybody receives frames of all tracks.
func (m Meeting) seen(ctx context.Context, people []*participant) error {
	tick := time.NewTicker(settleTime)
	defer tick.Stop()
	for {
		blind := 0
		for i, p := range people {
			if tracks, flows := p.sink.receives(); tracks < m.expected(i) || !flows && m.expected(i) > 0 {
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
