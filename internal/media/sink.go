package media

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// sink is what one participant receives, over all its tracks.
type sink struct {
	mutex sync.Mutex
	// last is when the newest packet came, gap the longest time without any.
	last time.Time
	gap  time.Duration
	// flows are the videos, by the identity of who publishes them.
	flows map[string]*flow
	// packets, lost and bytes are counted from count to stop.
	packets, lost, bytes int
	stopped              bool
	delays               *delays
	now                  func() time.Time
}

func newSink(d *delays) *sink {
	return &sink{flows: map[string]*flow{}, delays: d, now: time.Now}
}

// flow is the video of a publisher. The caller holds the mutex.
func (s *sink) flow(publisher string) *flow {
	f, ok := s.flows[publisher]
	if !ok {
		f = &flow{}
		s.flows[publisher] = f
	}
	return f
}

// count begins the measurement: what came before was the start, with its key frames and
// negotiations.
func (s *sink) count(publishers []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.packets, s.lost, s.bytes, s.gap, s.last = 0, 0, 0, 0, s.now()
	for _, publisher := range publishers {
		s.flow(publisher).count(s.last)
	}
}

// stop ends the counting of packets. Frames that were sent before may still come.
func (s *sink) stop() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.stopped = true
}

// watch reads a publisher's track to its end.
func (s *sink) watch(publisher string, track *webrtc.TrackRemote) {
	r := newReader(s, publisher)
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		r.take(packet)
	}
}

// frames is how many of a publisher have come in the measurement.
func (s *sink) frames(publisher string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.flow(publisher).frames
}

// sees reports whether a frame of every publisher has come.
func (s *sink) sees(publishers []string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, publisher := range publishers {
		if s.flow(publisher).last.IsZero() {
			return false
		}
	}
	return true
}
