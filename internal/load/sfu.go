package load

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gomeet/infra/internal/media"
	"github.com/gomeet/infra/sizing"
)

// SFU is meetings with media, all at the same time: the design's SFU Performance Test.
type SFU struct {
	// Meetings of the kind of Each.
	Meetings int
	Each     media.Meeting
}

// joinTime bounds how long a meeting takes to be complete: a tenth of a second each for 500
// people who come ten at a time, three times over.
const joinTime = 3 * time.Minute

// DefaultSFU is one meeting of the target: its largest layer, seen by everybody.
func DefaultSFU(target sizing.Target) SFU {
	return SFU{Meetings: 1, Each: media.Meeting{
		Participants: min(designSFUUsers, target.ParticipantsPerMeeting), Publishers: max(target.High.Visible, 1),
		BitsPerSecond: target.High.BitsPerSecond, Transport: media.UDP, JoinTime: joinTime, Duration: designSFUTime,
	}}
}

// GiB is the payload that all meetings send and receive.
func (s SFU) GiB() float64 {
	m := s.Each
	streams := m.Publishers + m.Publishers*(m.Participants-1)
	return float64(s.Meetings*streams*m.BitsPerSecond) / 8 * m.Duration.Seconds() / (1 << 30)
}

// Run holds the meetings, and returns the report of each in their order. An error of one
// ends all.
func (s SFU) Run(ctx context.Context, server media.Server) ([]*media.Report, error) {
	if s.Meetings < 1 {
		return nil, fmt.Errorf("meetings: %q: must be at least 1", fmt.Sprint(s.Meetings))
	}
	reports := make([]*media.Report, s.Meetings)
	group, together := errgroup.WithContext(ctx)
	for i := range reports {
		group.Go(func() (err error) {
			reports[i], err = s.Each.Hold(together, server, nil)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return reports, nil
}

// Judge returns what a meeting missed of the targets, nothing if it met them.
func Judge(r *media.Report) (missed []string) { return media.Targets.Missed(r) }
