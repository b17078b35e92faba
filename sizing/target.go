package sizing

// Layer is one simulcast layer of a published video.
type Layer struct {
	// BitsPerSecond is the payload bit rate; 0 means the layer is not published.
	BitsPerSecond int
	// Visible is how many videos a participant receives in this layer.
	Visible int
}

// Target is what the platform must carry. DefaultTarget documents every default;
// a Target is made by changing it.
type Target struct {
	// Meetings is the number of meetings at the same time at the peak.
	Meetings int
	// ParticipantsPerMeeting is the size of each meeting.
	ParticipantsPerMeeting int
	// MaxVideoPublishers is the most participants of a meeting that publish video
	// at the same time. It is a cap: a smaller meeting has fewer. 0 is audio only.
	MaxVideoPublishers int
	// MaxActiveSpeakers is the most audio tracks of a meeting that carry speech and
	// are forwarded to everybody at the same time. It is a cap as well.
	MaxActiveSpeakers int
	// High, Medium and Low are the simulcast layers: what a publisher sends, and
	// how many videos a participant watches in each.
	High, Medium, Low Layer
	// AudioBitsPerSecond is the payload bit rate of one audio track with speech.
	AudioBitsPerSecond int
	// APIConnectionsPerParticipant is the number of WebSocket connections that a
	// participant holds to the API (signalling of the application and chat share one).
	APIConnectionsPerParticipant int
	// ChatMessagesPerParticipantHour is how many chat messages a participant sends
	// per hour of meeting; each reaches everybody in the meeting.
	ChatMessagesPerParticipantHour int
	// RecordedPercent is the percentage of meetings that are recorded, 0 to 100.
	RecordedPercent int
	// RecordingBitsPerSecond is the bit rate of one room-composite recording.
	RecordingBitsPerSecond int
	// HotDays is how long recordings stay in the stack's own object store; RetentionDays
	// is when they are deleted from Spaces, where all of them are.
	HotDays, RetentionDays int
	// DayProfile is the percentage of the peak's meetings that run in each hour of
	// the day, 0 to 100. Its sum over 100 is the meeting hours per day.
	DayProfile [24]int
	// DaysPerMonth is the number of days of a month with this profile.
	DaysPerMonth int
	// GrowthPercentPerYear is by how much the number of meetings grows in a year.
	// The expected scenario is today's target, the peak scenario includes the growth.
	GrowthPercentPerYear int
}

// DefaultTarget returns the design document's target with every other value at a
// documented default. Change Meetings and ParticipantsPerMeeting freely: the
// defaults that depend on the size of a meeting are caps.
func DefaultTarget() Target {
	return Target{
		// Design document, title and executive summary.
		Meetings:               100,
		ParticipantsPerMeeting: 500,
		// Design document, network infrastructure: "50 active speakers @ 2Mbps".
		MaxVideoPublishers: 50,
		// The design plays every microphone to nobody in particular; three tracks of
		// speech at once is what a 500-person meeting can follow, and what LiveKit's
		// 190,000 packets per second and room are counted with.
		MaxActiveSpeakers: 3,
		// Design document: 2 Mbps, and 500 x 2 Mbps download, so one video each.
		High: Layer{BitsPerSecond: 2_000_000, Visible: 1},
		// The lower simulcast layers of livekit/client-sdk-js (VideoPresets h360 and
		// h180); published for weak links, watched by nobody in the expected case.
		Medium: Layer{BitsPerSecond: 450_000},
		Low:    Layer{BitsPerSecond: 160_000},
		// Design document: 64 kbps.
		AudioBitsPerSecond: 64_000,
		// Design document: 50,000 participants are 50,000 connections.
		APIConnectionsPerParticipant: 1,
		// An assumption: two messages an hour each are 1,000 an hour in a meeting of
		// 500, one every 3.6 s. It sizes nothing but the reported chat rate.
		ChatMessagesPerParticipantHour: 2,
		// Design document: every meeting is recorded, at 2 Mbps.
		RecordedPercent:        100,
		RecordingBitsPerSecond: 2_000_000,
		// Design document: 30 days hot, a year in all. It also says "transition 7
		// days"; the longer one is planned.
		HotDays:       30,
		RetentionDays: 365,
		// Design document: 2 hours per meeting and day, all meetings at the same time.
		DayProfile:   [24]int{9: 100, 10: 100},
		DaysPerMonth: 30,
		// No growth is stated.
		GrowthPercentPerYear: 0,
	}
}
