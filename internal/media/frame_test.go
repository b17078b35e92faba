package media

import (
	"testing"
	"time"

	"github.com/pion/rtp/codecs"
	"github.com/stretchr/testify/require"
)

// A frame survives being cut into packets, and its first packet tells who it is.
func TestFrames(t *testing.T) {
	sent := time.Unix(1_800_000_000, 123_456_789)
	for name, c := range map[string]struct {
		key  bool
		size int
	}{"key": {true, 5_000}, "other": {false, 5_000}, "smallest": {false, 0}} {
		t.Run(name, func(t *testing.T) {
			frame := newFrame(mark{7, sent}, c.key, c.size)
			require.Len(t, frame, max(c.size, minFrameBytes))
			require.Equal(t, c.key, frame[0]&1 == 0, "the bit that says whether it is a key frame")
			if c.key {
				require.Equal(t, []byte{0x9d, 0x01, 0x2a}, frame[3:6])
			}
			packets := (&codecs.VP8Payloader{}).Payload(1_200, frame)
			var vp8 codecs.VP8Packet
			start, err := vp8.Unmarshal(packets[0])
			require.NoError(t, err)
			require.EqualValues(t, 1, vp8.S)
			m, ok := readMark(start)
			require.True(t, ok)
			require.EqualValues(t, 7, m.number)
			require.True(t, m.sent.Equal(sent))
		})
	}
	_, ok := readMark(make([]byte, 1_000))
	require.False(t, ok, "somebody else's video")
	_, ok = readMark(nil)
	require.False(t, ok)
}

func TestSourceAnswersWithAKeyFrame(t *testing.T) {
	camera := newSource(300_000)
	key := func() bool {
		sample, err := camera.NextSample(t.Context())
		require.NoError(t, err)
		require.InDelta(t, 300_000, float64(len(sample.Data)*8)/sample.Duration.Seconds(), 300)
		return sample.Data[0]&1 == 0
	}
	require.True(t, key(), "the first frame")
	require.False(t, key())
	camera.wanted.Store(true)
	require.True(t, key())
	require.False(t, key())
}
