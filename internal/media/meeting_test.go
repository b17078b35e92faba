package media

import (
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/stretchr/testify/require"
)

// watching is how a video of ten seconds arrives at the second of two people: what of it the
// SFU forwards, frame by frame, with numbers that have no gap.
func watching(t *testing.T, forwards func(frame int) bool) *Report {
	t.Helper()
	at := time.Unix(1_800_000_000, 0)
	m := Meeting{Participants: 2, Publishers: 1, Transport: UDP}
	d := newDelays()
	camera := newSource(100_000)
	people := []*participant{{sink: newSink(d), camera: camera}, {sink: newSink(d)}}
	for i, p := range people {
		p.sink.now = func() time.Time { return at }
		p.sink.count(m.watched(i))
	}
	r := newReader(people[1].sink, identity(0))
	camera.measure(true)
	number := uint16(0)
	for i := range 10 * FramesPerSecond {
		at = at.Add(time.Second / FramesPerSecond)
		payload := (&codecs.VP8Payloader{}).Payload(1_200, newFrame(mark{camera.next(), at.Add(-20 * time.Millisecond)}, i == 0, 400))[0]
		if !forwards(i) {
			continue
		}
		number++
		r.take(&rtp.Packet{Header: rtp.Header{SequenceNumber: number, Timestamp: uint32(i) * 3_000, Marker: true}, Payload: payload})
	}
	camera.measure(false)
	require.Zero(t, camera.next(), "after the measurement")
	report := &Report{Transport: UDP, Transports: map[Transport]int{UDP: 2}, Participants: 2}
	m.count(people, report)
	report.Delay = d.spread()
	require.Zero(t, report.LossPercent(), "the numbers show nothing")
	require.Equal(t, report.Frames == report.FramesExpected, m.complete(people))
	return report
}

func TestFrozenVideo(t *testing.T) {
	good := watching(t, func(int) bool { return true })
	require.Empty(t, Targets.Missed(good))
	require.Equal(t, 300, good.Frames)
	require.Equal(t, 300, good.FramesExpected)
	require.Equal(t, 1, good.TracksSeen)
	require.InDelta(t, 33*time.Millisecond, good.Freeze.Max, float64(time.Millisecond))

	paused := watching(t, func(frame int) bool { return frame < 100 || frame >= 160 })
	require.Equal(t, []string{"20.00 % of the frames are missing, not below 1 %", "a video stood still for 2.033s, not below 400ms"}, Targets.Missed(paused))
	require.Equal(t, 1, paused.TracksSeen)

	stopped := watching(t, func(frame int) bool { return frame < 255 })
	require.Equal(t, []string{
		"0 of 1 videos were seen at the end", "15.00 % of the frames are missing, not below 1 %", "a video stood still for 1.5s, not below 400ms",
	}, Targets.Missed(stopped))

	thinned := watching(t, func(frame int) bool { return frame%50 != 0 })
	require.Equal(t, []string{"2.00 % of the frames are missing, not below 1 %"}, Targets.Missed(thinned))

	never := watching(t, func(int) bool { return false })
	require.Equal(t, []string{"0 of 1 videos were seen at the end", "no frame arrived"}, Targets.Missed(never))
	require.Equal(t, 10*time.Second, never.Freeze.Max.Round(10*time.Millisecond))
}

func TestMissed(t *testing.T) {
	good := func() *Report {
		return &Report{
			Participants: 3, Transport: TCP, Transports: map[Transport]int{TCP: 3}, TracksExpected: 2, TracksSeen: 2,
			Packets: 1000, Frames: 600, FramesExpected: 600,
			Delay: Spread{Samples: 600, P95: 149 * time.Millisecond}, Freeze: Spread{Samples: 2, Max: 399 * time.Millisecond},
		}
	}
	require.Empty(t, Targets.Missed(good()))
	for want, change := range map[string]func(*Report){
		"the p95 of the delay, 150ms, is not below 150ms": func(r *Report) { r.Delay.P95 = 150 * time.Millisecond },
		"1.96 % of the packets were lost, not below 1 %":  func(r *Report) { r.PacketsLost = 20 },
		"1.00 % of the frames are missing, not below 1 %": func(r *Report) { r.Frames = 594 },
		"a video stood still for 400ms, not below 400ms":  func(r *Report) { r.Freeze.Max = 400 * time.Millisecond },
		"1 of 3 people stayed (1 × gone; 1 × lost)": func(r *Report) {
			r.Participants, r.Left, r.Transports = 1, map[string]int{"gone": 1, "lost": 1}, map[Transport]int{TCP: 1}
		},
		"2 of 3 used tcp":                    func(r *Report) { r.Transports = map[Transport]int{TCP: 2, UDP: 1} },
		"1 of 2 videos were seen at the end": func(r *Report) { r.TracksSeen = 1 },
		"no frame arrived":                   func(r *Report) { r.Frames, r.Delay = 0, Spread{} },
	} {
		r := good()
		change(r)
		require.Equal(t, []string{want}, Targets.Missed(r))
	}
	alone := &Report{Participants: 2, Transport: UDP, Transports: map[Transport]int{UDP: 2}}
	require.Empty(t, Targets.Missed(alone), "nobody sees anybody, and nobody should")
}

// What came before the measurement does not count, and a silence does, also one that has
// not ended.
func TestReport(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	m := Meeting{Participants: 2, Publishers: 1}
	d := newDelays()
	people := []*participant{{sink: newSink(d), camera: newSource(100_000)}, {sink: newSink(d)}}
	for _, p := range people {
		p.sink.now = func() time.Time { return at }
		p.reasons = []string{"gone"}
	}
	s := people[1].sink
	s.last, s.lost, s.gap = at, 5, time.Hour
	s.flow(identity(0)).freeze = time.Hour
	s.count(m.watched(1))
	at = at.Add(3 * time.Second)
	r := m.report(people)
	require.Equal(t, 3*time.Second, r.Interruption.Max)
	require.Equal(t, 3*time.Second, r.Freeze.Max)
	require.Zero(t, r.PacketsLost)
	require.Equal(t, map[string]int{"gone": 2}, r.Left)
	require.Equal(t, 1, r.TracksExpected)
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
