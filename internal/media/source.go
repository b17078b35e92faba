package media

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4/pkg/media"
)

// FramesPerSecond of a synthetic camera: that of LiveKit's own load tester's video.
const FramesPerSecond = 30

// keyEvery is after how many frames a key frame comes without being asked for.
const keyEvery = 10 * FramesPerSecond

// source is a camera of a given bitrate. It implements the SDK's SampleProvider.
type source struct {
	bytes, made int
	// wanted says that a receiver asked for a key frame: without one it sees nothing.
	wanted atomic.Bool

	mutex    sync.Mutex
	measured bool
	// number is that of the newest frame of the measurement.
	number uint32
}

func newSource(bitsPerSecond int) *source {
	return &source{bytes: bitsPerSecond / 8 / FramesPerSecond}
}

func (s *source) NextSample(ctx context.Context) (media.Sample, error) {
	if err := ctx.Err(); err != nil {
		return media.Sample{}, err
	}
	s.made++
	key := s.wanted.Swap(false) || s.made%keyEvery == 1
	return media.Sample{
		Data:     newFrame(mark{s.next(), time.Now()}, key, s.bytes),
		Duration: time.Second / FramesPerSecond,
	}, nil
}

// next numbers a frame: from 1 on in the measurement, 0 outside of it.
func (s *source) next() uint32 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.measured {
		return 0
	}
	s.number++
	return s.number
}

// measure begins or ends the numbering.
func (s *source) measure(on bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.measured = on
}

// numbered is how many frames the measurement has.
func (s *source) numbered() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return int(s.number)
}

// feedback takes what receivers tell the camera.
func (s *source) feedback(packet rtcp.Packet) {
	switch packet.(type) {
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		s.wanted.Store(true)
	}
}

func (s *source) OnBind() error   { return nil }
func (s *source) OnUnbind() error { return nil }
func (s *source) Close() error    { return nil }
