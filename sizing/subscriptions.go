package sizing

// largeMeeting is the row of the benchmark in which everybody subscribes to everybody:
// 150 x 149 subscriptions, the most that anybody has shown on one node.
var largeMeeting = Benchmark[1]

func (p *Plan) liveKit() LiveKit {
	size, _ := p.CatalogueUsed().Size(p.Size(RoleSFU))
	node := p.Target.sfuNode(size, p.Options)
	room := p.Demand.PerMeeting
	// A node that is too small for one meeting still gets limits that admit what it
	// can carry.
	rooms := max(node.Rooms, 1)
	video, audio := p.Target.subscriptionLimits(size, rooms)
	return LiveKit{
		Rooms:                  node.Rooms,
		Participants:           node.Participants,
		NumTracks:              rooms * p.Target.heldTracks(video+audio),
		BytesPerSecond:         int(float64(rooms) * (room.BitsIn + room.BitsOut) / bitsPerByte * 100 / float64(node.UtilisationPercent)),
		SubscriptionLimitVideo: video,
		SubscriptionLimitAudio: audio,
		CPULoadPercent:         node.cpuLoadPercent(size, p.Options),
	}
}

// heldTracks returns the tracks of a full meeting whose participants hold so many
// subscriptions each: what they publish, with one shared screen, and what they hold, with
// the recorder, which is a participant, too.
func (t Target) heldTracks(subscriptions int) int {
	room := t.Room(t.ParticipantsPerMeeting)
	holders := room.Participants
	if t.RecordedPercent > 0 {
		holders++
	}
	return room.PublishedTracks + sharedScreens + holders*subscriptions
}

// sharedScreens is videos of a meeting beside its cameras: LiveKit counts a screen as one.
const sharedScreens = 1

// provenSubscriptions returns the subscriptions that the benchmark held on one node,
// scaled to the node's vCPUs.
func provenSubscriptions(size Size) int {
	return largeMeeting.Publishers * (largeMeeting.Subscribers - 1) * size.VCPUs / largeMeeting.VCPUs
}

// subscriptionLimits returns how many videos and how many voices a participant may hold on
// a node with so many full meetings. LiveKit counts what a participant is subscribed to, in
// the order it came, whether media flows or not (pkg/rtc/subscriptionmanager.go), so the
// limits must not decide whom people see: they guard the node. Each participant gets an
// equal share of what the benchmark held, half for video and half for audio. A kind of
// which a full meeting has less than its half leaves the rest to the other, and neither
// is less than what the target shows and plays.
func (t Target) subscriptionLimits(size Size, rooms int) (video, audio int) {
	share := provenSubscriptions(size) / (rooms * t.ParticipantsPerMeeting)
	allVideo, allAudio := t.subscribable()
	video = min(max(share/2, share-allAudio), allVideo)
	audio = min(share-video, allAudio)
	return max(video, min(t.visible(), allVideo)), max(audio, min(t.MaxActiveSpeakers, allAudio), 1)
}

// subscribable returns the videos and voices that one participant of a full meeting, or
// its recorder, could subscribe to.
func (t Target) subscribable() (video, audio int) {
	return min(t.MaxVideoPublishers, t.ParticipantsPerMeeting) + sharedScreens, t.ParticipantsPerMeeting
}

// visible is how many videos a participant is shown.
func (t Target) visible() int { return t.High.Visible + t.Medium.Visible + t.Low.Visible }

// selective reports whether meetings can have more tracks than a participant may hold.
func (p *Plan) selective() bool {
	video, audio := p.Target.subscribable()
	l := p.Daemons.LiveKit
	return l.SubscriptionLimitVideo < video || l.SubscriptionLimitAudio < audio
}

// DefaultTracks returns the tracks on the node of a meeting that has so many participants
// by now, with clients that subscribe to all they may.
func (p *Plan) DefaultTracks(participants int) int {
	room, l := p.Target.Room(participants), p.Daemons.LiveKit
	return room.PublishedTracks + participants*(min(room.VideoPublishers, l.SubscriptionLimitVideo)+
		min(max(participants-1, 0), l.SubscriptionLimitAudio))
}
