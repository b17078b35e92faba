package calibrate

import (
	"fmt"
	"strings"
	"time"

	"github.com/gomeet/infra/internal/media"
)

// Limits say when to stop.
type Limits struct {
	// LossPercent and DelayP95 are what participants may see.
	LossPercent float64       `json:"lossPercent"`
	DelayP95    time.Duration `json:"delayP95"`
	// CPUPercent is how busy the node may get.
	CPUPercent float64 `json:"cpuPercent"`
}

// DefaultLimits are the design's scale-up mark with room for a step, and what people take
// for a good call: 150 ms one way is "transparent interactivity" and 400 ms the most
// (ITU-T G.114), and 1 % of loss is where video begins to show it.
var DefaultLimits = Limits{LossPercent: 1, DelayP95: 400 * time.Millisecond, CPUPercent: 80}

// Validate names the first flag that cannot be.
func (l Limits) Validate() error {
	switch {
	case !(l.LossPercent > 0 && l.LossPercent <= 20):
		return fmt.Errorf("--max-loss %g: must be above 0 and at most 20 percent", l.LossPercent)
	case l.DelayP95 <= 0 || l.DelayP95 > 10*time.Second:
		return fmt.Errorf("--max-delay %s: must be above 0 and at most 10s", l.DelayP95)
	case !(l.CPUPercent >= 10 && l.CPUPercent <= 95):
		return fmt.Errorf("--stop-cpu %g: must be 10 to 95 percent", l.CPUPercent)
	}
	return nil
}

// exceeded says what of a step was more than participants may see, as verify and the load
// tests judge it, and whose fault that is: with a driver that has no CPU left nothing is known
// of the node. That one of thousands of videos stood still for a moment does not change what a
// packet costs: frames that are missing tell of it when it does, videos not seen when it stays.
func (l Limits) exceeded(r *media.Report, driverSaturated bool) string {
	limits := media.Limits{Delay: l.DelayP95, LossPercent: l.LossPercent}
	what := strings.Join(limits.Missed(r), "; ")
	if what != "" && driverSaturated {
		return what + "; the driver had no CPU left, so this says nothing of the node: use a larger machine, not the node's, for the participants"
	}
	return what
}
