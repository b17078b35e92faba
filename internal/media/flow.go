package media

import "time"

// flow is the video of one publisher as one participant receives it. Who comes back
// publishes a new track, which is the same video to those who watch.
type flow struct {
	// frames are those of the measurement that came whole.
	frames int
	// last is when the newest frame came, freeze the longest time without one.
	last   time.Time
	freeze time.Duration
}

// came notes a whole frame.
func (f *flow) came(m mark, now time.Time) {
	if !f.last.IsZero() {
		f.freeze = max(f.freeze, now.Sub(f.last))
	}
	f.last = now
	if m.number > 0 {
		f.frames++
	}
}

// count begins the measurement.
func (f *flow) count(now time.Time) { *f = flow{last: now} }

// frozen is the longest time without a frame, one that has not ended included.
func (f *flow) frozen(now time.Time) time.Duration { return max(f.freeze, now.Sub(f.last)) }
