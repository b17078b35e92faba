package calibrate

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A node that is too busy twice in a row ends the step; one peak, or a look that fails, does
// not.
func TestWatch(t *testing.T) {
	for name, c := range map[string]struct {
		vCPUs []float64 // In each interval; -1 is a look that fails.
		stops bool
	}{
		"busy":          {[]float64{0.2, 1.9, 1.8}, true},
		"one peak":      {[]float64{1.9, 0.2, 1.9, 0.2, 1.9}, false},
		"not reachable": {[]float64{1.9, -1, 1.9, -1, 1.9}, false},
		"calm":          {[]float64{0.2, 0.3, 0.2, 0.1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				total, i := 0.0, -1
				r := &Run{VCPUs: 2, Limits: DefaultLimits, CPU: &CPU{read: func(context.Context) (reading, error) {
					if i++; i > 0 && i <= len(c.vCPUs) {
						if c.vCPUs[i-1] < 0 {
							return reading{}, errors.New("not reachable")
						}
						total += c.vCPUs[i-1] * watchTime.Seconds()
					}
					return reading{total, time.Now()}, nil
				}}}
				ctx, end := context.WithCancelCause(t.Context())
				ctx, cancel := context.WithTimeout(ctx, time.Minute)
				defer cancel()
				r.watch(ctx, end)
				var stop stopError
				require.Equal(t, c.stops, errors.As(context.Cause(ctx), &stop), "%v", context.Cause(ctx))
				if c.stops {
					require.Equal(t, "the node was 90 % busy, more than --stop-cpu 80", stop.Error())
				}
			})
		})
	}
}
