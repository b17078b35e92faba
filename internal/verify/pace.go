package verify

import (
	"context"
	"net"
	"sync"

	"golang.org/x/time/rate"

	"github.com/gomeet/infra/internal/media"
)

// pacer keeps below what the edge allows one address, name by name, so that the edge's
// limit is not what is measured. A tenth of the burst is left to whoever else is behind
// the address, and a fifth of the rate.
type pacer struct {
	limit rate.Limit
	burst int

	mutex    sync.Mutex
	limiters map[string]*rate.Limiter
}

func newPacer(average, burst int) *pacer {
	return &pacer{limit: rate.Limit(0.8 * float64(average)), burst: max(1, burst*9/10), limiters: map[string]*rate.Limiter{}}
}

// wait waits until another request may be sent to a name.
func (p *pacer) wait(ctx context.Context, host string) error {
	p.mutex.Lock()
	limiter := p.limiters[host]
	if limiter == nil {
		limiter = rate.NewLimiter(p.limit, p.burst)
		p.limiters[host] = limiter
	}
	p.mutex.Unlock()
	return limiter.Wait(ctx)
}

// via is a way whose connections to names are paced: a WebSocket is one of each.
func (p *pacer) via(via media.Via) media.Via {
	dial := via.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	via.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(address); err == nil && net.ParseIP(host) == nil {
			if err := p.wait(ctx, host); err != nil {
				return nil, err
			}
		}
		return dial(ctx, network, address)
	}
	return via
}
