package sizing_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
)

// The limits guard the node and do not choose whom people see: LiveKit counts what a
// participant holds, in the order it came.
func TestSubscriptionLimits(t *testing.T) {
	small := func(meetings int) sizing.Input {
		in := designed(sizing.ModelCapacity)
		in.Target.Meetings, in.Target.ParticipantsPerMeeting = meetings, 20
		return in
	}
	webinar := designed(sizing.ModelDesign)
	webinar.Target.MaxVideoPublishers = 2
	audio := designed(sizing.ModelDesign)
	audio.Target.MaxVideoPublishers = 0
	wall := designed(sizing.ModelDesign)
	wall.Target.Low.Visible = 3
	wall.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "c-2"}}
	unrecorded := designed(sizing.ModelDesign)
	unrecorded.Target.RecordedPercent = 0
	for name, c := range map[string]struct {
		in                   sizing.Input
		video, audio, tracks int
	}{
		// 22,350 x 16 / 16 / 500 = 44; 50 cameras, a screen and 500 microphones, and
		// 501 with the recorder hold 44 each.
		"the design, and prod": {designed(sizing.ModelDesign), 22, 22, 551 + 501*44},
		"nobody records":       {unrecorded, 22, 22, 551 + 500*44},
		"two cameras":          {webinar, 3, 41, 503 + 501*44},
		// The node carries 4 of these: 22,350 / 2,000 = 11.
		"audio only": {audio, 1, 10, 4 * (501 + 501*11)},
		// 22,350 x 2 / 16 / 500 = 5, and the target shows 4 videos and plays 3 voices.
		"more shown than held": {wall, 4, 3, 551 + 501*7},
		// Everybody holds 20 cameras, a screen and 20 microphones.
		"dev":               {dev(), 21, 20, 41 + 21*41},
		"one meeting of 20": {small(1), 21, 20, 41 + 21*41},
		// A c-32 carries 23: 44,700 / 460 = 97.
		"many meetings of 20": {small(1000), 21, 20, 23 * (41 + 21*41)},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan(t, c.in)
			l := p.Daemons.LiveKit
			require.Equal(t, []int{c.video, c.audio, c.tracks}, []int{l.SubscriptionLimitVideo, l.SubscriptionLimitAudio, l.NumTracks},
				"%d rooms on %s", l.Rooms, p.Size(sizing.RoleSFU))
		})
	}
}

// Full meetings fit the tracks of the node that they are planned on, with their recorders.
func TestLiveKitLimitsAdmitThePlannedMeetings(t *testing.T) {
	p := plan(t, designed(sizing.ModelCapacity))
	l, room := p.Daemons.LiveKit, p.Demand.PerMeeting
	require.Equal(t, 1, l.Rooms)
	held := room.PublishedTracks + (room.Participants+1)*(l.SubscriptionLimitVideo+l.SubscriptionLimitAudio)
	require.Greater(t, l.NumTracks, held, "LiveKit refuses at the limit, not above it")
	require.Less(t, l.NumTracks, 2*held, "and not a second meeting")
	require.InDelta(t, (room.BitsIn+room.BitsOut)/8/0.7, float64(l.BytesPerSecond), 1, "what flows, at 70 %")
}

// Where default clients do not get everything, the plan says what to do.
func TestSelectiveSubscriptionIsSaid(t *testing.T) {
	said := func(in sizing.Input) bool {
		for _, f := range plan(t, in).Verdict.Findings {
			if strings.Contains(f.Text, "holds at most 22 videos and 22 voices") {
				return true
			}
		}
		return false
	}
	require.True(t, said(designed(sizing.ModelDesign)))
	require.False(t, said(dev()))
}

// A node is a candidate for a new meeting while it has room for one.
func TestCPULoadLimitKeepsFullNodesOut(t *testing.T) {
	larger, small := designed(sizing.ModelCapacity), designed(sizing.ModelCapacity)
	larger.Fixed = map[sizing.Role]sizing.FixedPool{sizing.RoleSFU: {Size: "c-32-intel"}}
	small.Target.Meetings, small.Target.ParticipantsPerMeeting = 1000, 20
	for name, c := range map[string]struct {
		in      sizing.Input
		rooms   int
		percent float64
	}{
		"one meeting, prod": {designed(sizing.ModelDesign), 1, 5},
		"one meeting, dev":  {dev(), 1, 5},
		"two of 33 % each":  {larger, 2, 38},
		"23 of 2.9 % each":  {small, 23, 65.3},
	} {
		p := plan(t, c.in)
		l := p.Daemons.LiveKit
		require.Equal(t, c.rooms, l.Rooms, name)
		require.InDelta(t, c.percent, l.CPULoadPercent, 0.2, name)
		// LiveKit divides by all CPUs of a node.
		size, _ := p.CatalogueUsed().Size(p.Size(sizing.RoleSFU))
		full := float64(l.Rooms) * p.Target.SFUCapacity(size, p.Options).RoomVCPUs / float64(size.VCPUs)
		require.GreaterOrEqual(t, 100*full, l.CPULoadPercent, "%s: a full node is a candidate", name)
		require.Less(t, 100*full*float64(l.Rooms-1)/float64(l.Rooms), l.CPULoadPercent, "%s: a node with room for one is none", name)
	}
}
