package media

import (
	"context"
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
	bytes  int
	number uint32
	// wanted says that a receiver asked for a key frame: without one it sees nothing.
	wanted atomic.Bool
}

func newSource(bitsPerSecond int) *source {
	return &source{bytes: bitsPerSecond / 8 / FramesPerSecond}
}

func (s *source) NextSample(ctx context.Context) (media.Sample, error) {
	if err := ctx.Err(); err != nil {
		return media.Sample{}, err
	}
	s.number++
	key := s.wanted.Swap(false) || s.number%keyEvery == 1
	return media.Sample{
		Data:     newFrame(mark{s.number, time.Now()}, key, s.bytes),
		Duration: time.Second / FramesPerSecond,
	}, nil
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
