package media

import (
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/stretchr/testify/require"
)

// packets cuts frames into what a receiver sees, 10 ms apart.
func packets(t *testing.T, sent time.Time, frames int) (all []*rtp.Packet) {
	t.Helper()
	number := uint16(65_530) // The numbers wrap around.
	for i := range frames {
		payloads := (&codecs.VP8Payloader{}).Payload(1_200, newFrame(mark{uint32(i), sent}, i == 0, 3_000))
		for j, payload := range payloads {
			all = append(all, &rtp.Packet{
				Header: rtp.Header{SequenceNumber: number, Marker: j == len(payloads)-1}, Payload: payload,
			})
			number++
		}
	}
	return all
}

func TestSink(t *testing.T) {
	sent := time.Unix(1_800_000_000, 0)
	feed := func(change func([]*rtp.Packet) []*rtp.Packet) *sink {
		s := newSink()
		at := sent
		s.now = func() time.Time { return at }
		s.counting = true
		r := &reader{sink: s}
		for _, packet := range change(packets(t, sent, 4)) { // three packets each
			at = at.Add(10 * time.Millisecond)
			r.take(packet)
		}
		return s
	}
	whole := feed(func(all []*rtp.Packet) []*rtp.Packet { return all })
	require.Equal(t, 12, whole.packets)
	require.Zero(t, whole.lost)
	require.Equal(t, 4, whole.frames)
	require.Equal(t, []time.Duration{30 * time.Millisecond, 60 * time.Millisecond, 90 * time.Millisecond, 120 * time.Millisecond}, whole.delays)
	require.Equal(t, 10*time.Millisecond, whole.gap)

	gone := feed(func(all []*rtp.Packet) []*rtp.Packet { return append(all[:4:4], all[6:]...) })
	require.Equal(t, 2, gone.lost)

	late := feed(func(all []*rtp.Packet) []*rtp.Packet { all[4], all[5] = all[5], all[4]; return all })
	require.Zero(t, late.lost, "one that comes late is not lost")

	padded := feed(func(all []*rtp.Packet) []*rtp.Packet { all[4].Payload = nil; return all })
	require.Zero(t, padded.lost, "padding has numbers of the same row")
}

// What came before the measurement does not count, and a silence does, also one that has
// not ended.
func TestReport(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	people := []*participant{{sink: newSink()}, {sink: newSink()}}
	for _, p := range people {
		p.sink.now = func() time.Time { return at }
		p.reasons = []string{"gone"}
	}
	s := people[1].sink
	s.first, s.last, s.lost, s.gap = at, at, 5, time.Hour
	s.count()
	at = at.Add(3 * time.Second)
	r := Meeting{Participants: 2, Publishers: 1}.report(people)
	require.Equal(t, 3*time.Second, r.Interruption.Max)
	require.Zero(t, r.PacketsLost)
	require.Equal(t, map[string]int{"gone": 2}, r.Left)
	require.Equal(t, 1, r.TracksExpected)
}

func TestSpread(t *testing.T) {
	require.Zero(t, NewSpread(nil))
	var times []time.Duration
	for i := 100; i > 0; i-- {
		times = append(times, time.Duration(i))
	}
	require.Equal(t, Spread{Samples: 100, Median: 50, P95: 95, Max: 100}, NewSpread(times))
}

func TestMeetingRejects(t *testing.T) {
	for want, m := range map[string]Meeting{
		"a meeting has 1 participants, want at least 2":               {Participants: 1, Publishers: 1, BitsPerSecond: 1e5},
		"3 of 2 participants publish":                                 {Participants: 2, Publishers: 3, BitsPerSecond: 1e5},
		"a video has 100 bit/s, want at least 6240":                   {Participants: 2, Publishers: 1, BitsPerSecond: 100},
		`the signalling URL is "nowhere", want one such as wss://rtc`: {Participants: 2, Publishers: 1, BitsPerSecond: 1e5},
	} {
		_, err := m.Hold(t.Context(), Server{URL: "nowhere"}, nil)
		require.ErrorContains(t, err, want)
	}
}
