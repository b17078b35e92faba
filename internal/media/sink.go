package media

import (
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

// sink is what one participant receives, over all its tracks.
type sink struct {
	mutex sync.Mutex
	// first is when the first packet came, last the newest one.
	first, last time.Time
	// gap is the longest time without any packet after the first.
	gap             time.Duration
	tracks          int
	packets, lost   int
	bytes           int
	frames          int
	delays          []time.Duration
	counting        bool
	now             func() time.Time
	maxDelaySamples int
}

// delaySamples bounds the memory of one participant: 20,000 delays are a percentile's
// worth of some ten minutes of one track.
const delaySamples = 20_000

func newSink() *sink { return &sink{now: time.Now, maxDelaySamples: delaySamples} }

// count begins the measurement: what came before was the start, with its key frames and
// negotiations.
func (s *sink) count() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.counting, s.packets, s.lost, s.bytes, s.frames, s.delays, s.gap = true, 0, 0, 0, 0, nil, 0
	if !s.last.IsZero() {
		s.last = s.now()
	}
}

// watch reads a track to its end.
func (s *sink) watch(track *webrtc.TrackRemote) {
	s.mutex.Lock()
	s.tracks++
	s.mutex.Unlock()
	defer func() {
		s.mutex.Lock()
		s.tracks--
		s.mutex.Unlock()
	}()
	r := &reader{sink: s}
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		r.take(packet)
	}
}

// reader follows one track's sequence numbers.
type reader struct {
	sink    *sink
	started bool
	highest uint16
	frame   mark
	timed   bool
}

// take counts a packet. A gap in the numbers counts as loss until the packet comes late,
// as one that was sent again does.
func (r *reader) take(packet *rtp.Packet) {
	s := r.sink
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.now()
	if s.first.IsZero() {
		s.first = now
	} else if s.counting {
		s.gap = max(s.gap, now.Sub(s.last))
	}
	s.last = now
	switch step := int16(packet.SequenceNumber - r.highest); {
	case !r.started:
		r.started, r.highest = true, packet.SequenceNumber
	case step > 0:
		s.lost += int(step) - 1
		r.highest = packet.SequenceNumber
	default:
		s.lost = max(s.lost-1, 0)
	}
	s.packets++
	s.bytes += len(packet.Payload)
	var vp8 codecs.VP8Packet
	payload, err := vp8.Unmarshal(packet.Payload)
	if err != nil {
		return // Padding, with which the SFU probes the bandwidth.
	}
	if vp8.S == 1 && vp8.PID == 0 {
		r.frame, r.timed = readMark(payload)
	}
	if packet.Marker && r.timed {
		r.timed = false
		s.frames++
		if s.counting && len(s.delays) < s.maxDelaySamples {
			s.delays = append(s.delays, now.Sub(r.frame.sent))
		}
	}
}

// receives returns the number of tracks, and whether frames came.
func (s *sink) receives() (tracks int, flows bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.tracks, s.frames > 0
}
