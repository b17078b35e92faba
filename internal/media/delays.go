package media

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Delays are kept in microseconds to three digits, which is some 140 KiB for a meeting of any
// length and size. One of more than a minute counts as a minute.
const (
	longestDelay = time.Minute
	delayDigits  = 3
)

// delays are those of all frames of a measurement.
type delays struct {
	mutex     sync.Mutex
	histogram *hdrhistogram.Histogram
}

func newDelays() *delays {
	return &delays{histogram: hdrhistogram.New(1, longestDelay.Microseconds(), delayDigits)}
}

func (d *delays) add(delay time.Duration) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	// It only refuses what is beyond the longest.
	_ = d.histogram.RecordValue(min(max(delay, 0), longestDelay).Microseconds())
}

func (d *delays) spread() Spread {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	h := d.histogram
	micros := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	return Spread{
		Samples: int(h.TotalCount()), Median: micros(h.ValueAtPercentile(50)), P95: micros(h.ValueAtPercentile(95)), Max: micros(h.Max()),
	}
}
