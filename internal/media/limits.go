package media

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomeet/infra/sizing"
)

// Limits are what people bear of a meeting. All must be stayed below.
type Limits struct {
	// Delay is the 95th percentile of the frames' delays, as sizing.VideoObjective has it.
	Delay time.Duration
	// LossPercent is the share of packets that may be lost, and of frames that may be
	// missing: frames tell of a video that was paused, whose packets have no gap.
	LossPercent float64
	// Freeze is the longest time without a frame of any video; 0 is no limit.
	Freeze time.Duration
}

// Targets are the design's delay, and what it has no figure for from ITU-T G.1010, table I.1,
// videophone: information loss below 1 %, and 400 ms as the limit of the one-way delay, which
// a picture that stands still has grown older than.
var Targets = Limits{Delay: sizing.VideoObjective.Limit, LossPercent: 1, Freeze: 400 * time.Millisecond}

func (l Limits) String() string {
	return fmt.Sprintf("p%d < %d ms, loss of packets and of frames < %g %%, freezes < %d ms, all see all",
		sizing.VideoObjective.Percentile(), l.Delay.Milliseconds(), l.LossPercent, l.Freeze.Milliseconds())
}

// Missed says what of a meeting was not as it should be, nothing if it was: everybody stays,
// comes by the transport that was asked for and sees everything within the limits.
func (l Limits) Missed(r *Report) (missed []string) {
	miss := func(format string, args ...any) { missed = append(missed, fmt.Sprintf(format, args...)) }
	if gone := r.gone(); gone > 0 {
		miss("%d of %d people stayed (%s)", r.Participants, r.Participants+gone, reasons(r.Left))
	}
	if n := r.Transports[r.Transport]; n < r.Participants {
		miss("%d of %d used %s", n, r.Participants, r.Transport)
	}
	if r.TracksSeen < r.TracksExpected {
		miss("%d of %d videos were seen at the end", r.TracksSeen, r.TracksExpected)
	}
	if r.TracksExpected > 0 && r.Frames == 0 {
		miss("no frame arrived")
		return missed
	}
	round := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	if r.Delay.P95 >= l.Delay {
		miss("the p95 of the delay, %s, is not below %s", round(r.Delay.P95), l.Delay)
	}
	if loss := r.LossPercent(); loss >= l.LossPercent {
		miss("%.2f %% of the packets were lost, not below %g %%", loss, l.LossPercent)
	}
	if missing := r.MissingPercent(); missing >= l.LossPercent {
		miss("%.2f %% of the frames are missing, not below %g %%", missing, l.LossPercent)
	}
	if l.Freeze > 0 && r.Freeze.Max >= l.Freeze {
		miss("a video stood still for %s, not below %s", round(r.Freeze.Max), l.Freeze)
	}
	return missed
}

// gone is how many were put out.
func (r *Report) gone() (n int) {
	for _, count := range r.Left {
		n += count
	}
	return n
}

// reasons lists them by name.
func reasons(counts map[string]int) string {
	var list []string
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%d × %s", counts[reason], reason))
	}
	return strings.Join(list, "; ")
}
