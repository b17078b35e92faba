package calibrate

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gomeet/infra/internal/media"
)

// Load is how far the load grows.
type Load struct {
	// Participants is the most in a room, Publishers how many of these publish video of
	// BitsPerSecond at the last step.
	Participants  int `json:"participants"`
	Publishers    int `json:"publishers"`
	BitsPerSecond int `json:"bitsPerSecond"`
	// Steps is how often the load grows.
	Steps int `json:"steps"`
	// StepTime is how long a step is measured.
	StepTime time.Duration `json:"stepTime"`
	// SubscriptionLimit is how many videos the server lets one participant subscribe to
	// (limit.subscription_limit_video of its configuration); 0 is no limit, as there. What
	// is beyond LiveKit refuses without a word, and tries again (pkg/rtc/subscriptionmanager.go).
	SubscriptionLimit int `json:"subscriptionLimit"`
}

// Step is one meeting.
type Step struct{ Participants, Publishers int }

// Tracks is how many videos are subscribed in the step: nobody sees their own.
func (s Step) Tracks() int { return s.Publishers * (s.Participants - 1) }

// Seen is how many videos a participant of the step subscribes to at most.
func (s Step) Seen() int {
	return media.Meeting{Participants: s.Participants, Publishers: s.Publishers}.Seen()
}

// Bounds of a load. A room of the published benchmark has 3,000 participants.
const (
	minSteps, maxSteps = 4, 50
	maxParticipants    = 3_000
	minStepTime        = 5 * time.Second
	maxStepTime        = 10 * time.Minute
)

// Validate names the first flag that cannot be.
func (l Load) Validate() error {
	switch {
	case l.Participants < 3 || l.Participants > maxParticipants:
		return fmt.Errorf("--participants %d: must be 3 to %d", l.Participants, maxParticipants)
	case l.Publishers < 1 || l.Publishers > l.Participants:
		return fmt.Errorf("--publishers %d: must be 1 to --participants (%d)", l.Publishers, l.Participants)
	case l.SubscriptionLimit < 0:
		return fmt.Errorf("--subscription-limit %d: must be 0 (none) or above", l.SubscriptionLimit)
	case l.SubscriptionLimit > 0 && l.most().Seen() > l.SubscriptionLimit:
		return fmt.Errorf("--publishers %d: each participant would see %d videos, and LiveKit lets them subscribe to %d "+
			"(limit.subscription_limit_video of its configuration, which comes from the plan: see --subscription-limit); "+
			"lower it to %[3]d, and raise --participants or --bitrate for more load", l.Publishers, l.most().Seen(), l.SubscriptionLimit)
	case l.Steps < minSteps || l.Steps > maxSteps:
		return fmt.Errorf("--steps %d: must be %d to %d", l.Steps, minSteps, maxSteps)
	case l.StepTime < minStepTime || l.StepTime > maxStepTime:
		return fmt.Errorf("--step-time %s: must be %s to %s", l.StepTime, minStepTime, maxStepTime)
	}
	return nil
}

// most is the largest meeting.
func (l Load) most() Step { return Step{l.Participants, l.Publishers} }

// Plan returns the steps, the smallest first. Every other one is a large room with few
// publishers, the others are small rooms in which everybody publishes: the first forward a
// packet to many, the second to few, and only so can the cost of a packet in be told from
// that of a packet out.
func (l Load) Plan() []Step {
	var steps []Step
	for i := 1; i <= l.Steps; i++ {
		share := float64(i) / float64(l.Steps)
		step := Step{l.Participants, max(1, int(math.Round(share*float64(l.Publishers))))}
		if (l.Steps-i)%2 == 1 {
			step = l.small(share * float64(l.most().Tracks()))
		}
		if !slices.Contains(steps, step) {
			steps = append(steps, step)
		}
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return a.Tracks() - b.Tracks() })
	return steps
}

// small is the smallest room with so many tracks. Everybody publishes, or as many as the
// server lets one participant subscribe to.
func (l Load) small(tracks float64) Step {
	// n (n - 1) tracks, at least as many as the step is to have.
	n := int(math.Ceil((1 + math.Sqrt(1+4*tracks)) / 2))
	n = min(max(n, 2), l.Participants)
	if step := (Step{n, n}); l.SubscriptionLimit == 0 || step.Seen() <= l.SubscriptionLimit {
		return step
	}
	n = int(math.Ceil(tracks/float64(l.SubscriptionLimit))) + 1
	// Rooms of so few that everybody sees one video less than there are publishers.
	n = max(n, l.SubscriptionLimit+1)
	return Step{min(n, l.Participants), l.SubscriptionLimit}
}

// Time is how long all steps take at least, without the joining.
func (l Load) Time() time.Duration {
	return time.Duration(len(l.Plan())+1) * (l.StepTime + settleTime)
}

// Gigabytes is what the node sends to the participants in that time, payload only. On a
// cloud this is outbound transfer, unless the driver is in the node's network.
func (l Load) Gigabytes() float64 {
	tracks := 0
	for _, step := range l.Plan() {
		tracks += step.Tracks()
	}
	return float64(tracks) * float64(l.BitsPerSecond) / 8 * (l.StepTime + settleTime).Seconds() / 1e9
}
