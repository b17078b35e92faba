package media

import (
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/stretchr/testify/require"
)

// packets cuts frames into what a receiver sees, three packets each.
func packets(t *testing.T, sent time.Time, frames int) (all []*rtp.Packet) {
	t.Helper()
	number := uint16(65_530) // The numbers wrap around.
	for i := range frames {
		payloads := (&codecs.VP8Payloader{}).Payload(1_200, newFrame(mark{uint32(i + 1), sent}, i == 0, 3_000))
		for j, payload := range payloads {
			all = append(all, &rtp.Packet{
				Header: rtp.Header{SequenceNumber: number, Timestamp: uint32(i) * 3_000, Marker: j == len(payloads)-1}, Payload: payload,
			})
			number++
		}
	}
	return all
}

func TestSink(t *testing.T) {
	sent := time.Unix(1_800_000_000, 0)
	feed := func(change func([]*rtp.Packet) []*rtp.Packet) (*sink, *flow) {
		s := newSink(newDelays())
		at := sent
		s.now = func() time.Time { return at }
		r := newReader(s, "ada")
		s.count([]string{"ada"})
		for _, packet := range change(packets(t, sent, 4)) {
			at = at.Add(10 * time.Millisecond)
			r.take(packet)
		}
		return s, r.flow
	}
	whole, flow := feed(func(all []*rtp.Packet) []*rtp.Packet { return all })
	require.Equal(t, 12, whole.packets)
	require.Zero(t, whole.lost)
	require.Equal(t, 4, flow.frames)
	require.Equal(t, 30*time.Millisecond, flow.freeze)
	require.Equal(t, 10*time.Millisecond, whole.gap)
	delays := whole.delays.spread()
	require.Equal(t, 4, delays.Samples)
	require.InDelta(t, 60*time.Millisecond, delays.Median, float64(60*time.Microsecond))
	require.InDelta(t, 120*time.Millisecond, delays.Max, float64(120*time.Microsecond))

	gone, flow := feed(func(all []*rtp.Packet) []*rtp.Packet { return append(all[:4:4], all[6:]...) })
	require.Equal(t, 2, gone.lost)
	require.Equal(t, 3, flow.frames)

	middle, flow := feed(func(all []*rtp.Packet) []*rtp.Packet { return append(all[:4:4], all[5:]...) })
	require.Equal(t, 1, middle.lost)
	require.Equal(t, 3, flow.frames, "one without its middle is not whole")

	late, flow := feed(func(all []*rtp.Packet) []*rtp.Packet { all[3], all[5] = all[5], all[3]; return all })
	require.Zero(t, late.lost, "one that comes late is not lost")
	require.Equal(t, 4, flow.frames)

	again, flow := feed(func(all []*rtp.Packet) []*rtp.Packet { return append(append(all[:4:4], all[6:]...), all[7], all[8]) })
	require.Equal(t, 2, again.lost, "what comes twice makes up for nothing")
	require.Equal(t, 10, again.packets)
	require.Equal(t, 3, flow.frames)

	padded, flow := feed(func(all []*rtp.Packet) []*rtp.Packet {
		padding := &rtp.Packet{Header: rtp.Header{SequenceNumber: all[5].SequenceNumber + 1, Timestamp: all[5].Timestamp}}
		for _, packet := range all[6:] {
			packet.SequenceNumber++
		}
		return append(append(all[:6:6], padding), all[6:]...)
	})
	require.Zero(t, padded.lost, "padding has numbers of the same row")
	require.Equal(t, 4, flow.frames)
}

// Frames without a number are those of before and after the measurement.
func TestSinkCountsTheMeasurement(t *testing.T) {
	s := newSink(newDelays())
	r := newReader(s, "ada")
	require.False(t, s.sees([]string{"ada"}))
	payload := (&codecs.VP8Payloader{}).Payload(1_200, newFrame(mark{0, time.Now()}, true, 0))[0]
	take := func(n uint16) {
		r.take(&rtp.Packet{Header: rtp.Header{SequenceNumber: n, Timestamp: uint32(n) * 3_000, Marker: true}, Payload: payload})
	}
	take(1)
	require.True(t, s.sees([]string{"ada"}))
	require.False(t, s.sees([]string{"ada", "eve"}), "one video of two")
	require.Zero(t, s.frames("ada"))
	require.Zero(t, s.delays.spread().Samples)
	s.count([]string{"ada"})
	take(3)
	s.stop()
	take(5)
	require.Equal(t, 1, s.packets)
	require.Equal(t, 1, s.lost, "what is lost afterwards is no loss of the measurement")
	take(2)
	require.Zero(t, s.lost)
	require.Equal(t, 2, s.packets)
}

// A measurement of any length has all its delays.
func TestDelays(t *testing.T) {
	d := newDelays()
	for range 30_000 {
		d.add(10 * time.Millisecond)
	}
	for range 3_000 {
		d.add(200 * time.Millisecond)
	}
	d.add(-time.Second)
	d.add(time.Hour)
	s := d.spread()
	require.Equal(t, 33_002, s.Samples)
	require.InDelta(t, 10*time.Millisecond, s.Median, float64(10*time.Microsecond))
	require.InDelta(t, 200*time.Millisecond, s.P95, float64(200*time.Microsecond), "also what comes late in it")
	require.InDelta(t, time.Minute, s.Max, float64(60*time.Millisecond))
}

func TestSpread(t *testing.T) {
	require.Zero(t, NewSpread(nil))
	var times []time.Duration
	for i := 100; i > 0; i-- {
		times = append(times, time.Duration(i))
	}
	require.Equal(t, Spread{Samples: 100, Median: 50, P95: 95, Max: 100}, NewSpread(times))
}
