package load_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/load"
	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/sizing"
)

// The verdict about meetings with media, and what changes it.
func TestJudge(t *testing.T) {
	limit := sizing.VideoObjective.Limit
	for name, c := range map[string]struct {
		change func(*media.Report)
		missed string
	}{
		"good":                {func(*media.Report) {}, ""},
		"somebody left":       {func(r *media.Report) { r.Left["DUPLICATE_IDENTITY"] = 1 }, "4 of 5 people stayed (1 × DUPLICATE_IDENTITY)"},
		"fewer tracks":        {func(r *media.Report) { r.TracksSeen-- }, "3 of 4 videos were seen at the end"},
		"just fast enough":    {func(r *media.Report) { r.Delay.P95 = limit - time.Millisecond }, ""},
		"P95 at the limit":    {func(r *media.Report) { r.Delay.P95 = limit }, "the p95 of the delay, 150ms, is not below 150ms"},
		"no frames":           {func(r *media.Report) { r.Frames, r.Delay = 0, media.Spread{} }, "no frame arrived"},
		"packets lost":        {func(r *media.Report) { r.PacketsLost = 100 }, "9.09 % of the packets were lost, not below 1 %"},
		"frames missing":      {func(r *media.Report) { r.Frames -= 40 }, "3.33 % of the frames are missing, not below 1 %"},
		"a video stood still": {func(r *media.Report) { r.Freeze.Max = time.Second }, "a video stood still for 1s, not below 400ms"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &media.Report{
				Participants: 5, Left: map[string]int{}, Transport: media.UDP, Transports: map[media.Transport]int{media.UDP: 5},
				TracksExpected: 4, TracksSeen: 4, Packets: 1000, Frames: 1200, FramesExpected: 1200,
				Delay: media.Spread{Samples: 1200, P95: 30 * time.Millisecond}, Freeze: media.Spread{Samples: 4, Max: 60 * time.Millisecond},
			}
			c.change(r)
			if len(r.Left) > 0 {
				r.Participants, r.Transports = 4, map[media.Transport]int{media.UDP: 4}
			}
			missed := load.Judge(r)
			if c.missed == "" {
				require.Empty(t, missed)
				return
			}
			require.Equal(t, []string{c.missed}, missed)
		})
	}
}

func TestOwn(t *testing.T) {
	for target, own := range map[string]bool{
		"wss://rtc.x.d": true, "wss://rtc.x.d:7443/rtc": true, "https://API.x.d": true,
		"wss://x.d": false, "x.d": false, "wss://xd": false, "wss://rtc.xd": false, "wss://evilx.d": false, "wss://rtc.x.d.evil": false, "d.evil": false,
		"": false, "wss://": false, "wss://rtc.x.d@evil.example": false, "://": false,
	} {
		require.Equal(t, own, load.Own(target, "x.d"), target)
	}
	require.False(t, load.Own("wss://anything.example", ""), "a stack without a domain owns nothing")
	require.False(t, load.Own("wss://anything.", ""))
}
