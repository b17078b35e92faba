package media

import (
	"slices"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

// partialFrames is how many frames of a track may be incomplete at the same time: a second
// of them, after which nobody waits for a packet that is sent again.
const partialFrames = FramesPerSecond

// reader follows one track: its packets by their sequence numbers, and its frames by the
// timestamp that their packets share. Numbers alone show no pause: the SFU goes on with the
// next number (livekit/livekit, pkg/sfu/rtpmunger.go), and after the last packet there is none
// that could reveal a gap.
type reader struct {
	sink    *sink
	flow    *flow
	started bool
	highest uint16
	// missing are numbers that may come late, and whether they are counted as lost.
	missing map[uint16]bool
	partial []*partial
}

// partial is a frame of which packets are missing.
type partial struct {
	timestamp    uint32
	mark         mark
	first, last  uint16
	begun, ended bool
	packets      int
}

func newReader(s *sink, publisher string) *reader {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return &reader{sink: s, flow: s.flow(publisher), missing: map[uint16]bool{}}
}

// take counts a packet. A gap in the numbers counts as loss until the packet comes late,
// as one that was sent again does.
func (r *reader) take(packet *rtp.Packet) {
	s := r.sink
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.now()
	if !s.last.IsZero() {
		s.gap = max(s.gap, now.Sub(s.last))
	}
	s.last = now
	late, ok := r.number(packet.SequenceNumber)
	if !ok {
		return
	}
	if late || !s.stopped {
		s.packets++
		s.bytes += len(packet.Payload)
	}
	var vp8 codecs.VP8Packet
	payload, err := vp8.Unmarshal(packet.Payload)
	if err != nil {
		return // Padding, with which the SFU probes the bandwidth.
	}
	frame := r.frame(packet.Timestamp)
	frame.packets++
	if vp8.S == 1 && vp8.PID == 0 {
		frame.mark, frame.begun = readMark(payload)
		frame.first = packet.SequenceNumber
	}
	if packet.Marker {
		frame.last, frame.ended = packet.SequenceNumber, true
	}
	if !frame.begun || !frame.ended || frame.packets < int(frame.last-frame.first)+1 {
		return
	}
	r.partial = slices.DeleteFunc(r.partial, func(p *partial) bool { return p == frame })
	r.flow.came(frame.mark, now)
	if frame.mark.number > 0 {
		s.delays.add(now.Sub(frame.mark.sent))
	}
}

// number notes a sequence number; it is late if a higher one came before. Not ok is a packet
// that had come already.
func (r *reader) number(n uint16) (late, ok bool) {
	s := r.sink
	if r.started && int16(n-r.highest) <= 0 {
		lost, missed := r.missing[n]
		delete(r.missing, n)
		if lost {
			s.lost = max(s.lost-1, 0)
		}
		return true, missed
	}
	if r.started {
		for gap := r.highest + 1; gap != n; gap++ {
			r.missing[gap] = !s.stopped
			if !s.stopped {
				s.lost++
			}
		}
	}
	delete(r.missing, n)
	r.started, r.highest = true, n
	return false, true
}

// frame is the one that packets of a timestamp belong to. The oldest is given up when there
// are too many.
func (r *reader) frame(timestamp uint32) *partial {
	for _, p := range r.partial {
		if p.timestamp == timestamp {
			return p
		}
	}
	if len(r.partial) == partialFrames {
		r.partial = slices.Delete(r.partial, 0, 1)
	}
	p := &partial{timestamp: timestamp}
	r.partial = append(r.partial, p)
	return p
}
