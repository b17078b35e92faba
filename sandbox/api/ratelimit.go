package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// limiter counts the requests of one hour.
type limiter struct {
	RateLimit
	mu    sync.Mutex
	used  int
	reset time.Time
}

// take counts one request, writes the rate-limit headers and says whether the
// request may go on.
func (l *limiter) take(h http.Header, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.reset) {
		l.used, l.reset = 0, now.Add(time.Hour)
	}
	allowed := l.used < l.Hourly || !l.Enforce
	if allowed {
		l.used++
	}
	h.Set("ratelimit-limit", strconv.Itoa(l.Hourly))
	h.Set("ratelimit-remaining", strconv.Itoa(max(0, l.Hourly-l.used)))
	h.Set("ratelimit-reset", strconv.FormatInt(l.reset.Unix(), 10))
	if !allowed {
		h.Set("Retry-After", strconv.Itoa(int(l.reset.Sub(now).Seconds())+1))
	}
	return allowed
}
