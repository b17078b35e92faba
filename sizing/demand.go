package sizing

import (
	"fmt"
	"math"
)

// Constants of the media path.
const (
	// headerBytes is what every RTP packet carries besides its payload: IPv4 20
	// (RFC 791), UDP 8 (RFC 768), RTP 12 (RFC 3550) and the SRTP tag of 10 (RFC 3711).
	headerBytes = 50
	// videoPayloadBytes is the payload of one video packet. LiveKit's livestream
	// benchmark shows 233 kB in 246 packets a second; less an audio track of 50
	// packets that is about 1,170 bytes with headers (docs.livekit.io
	// self-hosting/benchmark, read 2025-08-13).
	videoPayloadBytes = 1100
	// speechPackets is packets per second of an audio track with speech: Opus
	// frames of 20 ms (RFC 7587, section 4.2).
	speechPackets = 50
	// silencePackets is packets per second of a silent audio track: with DTX Opus
	// sends one frame per 400 ms (RFC 6716, section 2.1.9).
	silencePackets = 2.5
	// signallingPackets is packets per second and direction of a participant's
	// signalling and RTCP: LiveKit pings every 5 s, RTCP reports at least as often
	// (livekit pkg/rtc). It is below 1 % of the media and bounded here by 1.
	signallingPackets = 1
)

const (
	bitsPerByte = 8
	giga        = 1e9
	tera        = 1e12
	gib         = 1 << 30
	tib         = 1 << 40
)

// Room is the load of one meeting on the SFU node it lives on.
type Room struct {
	// Participants is the size of the meeting, VideoPublishers how many of them
	// publish video, Speakers how many audio tracks carry speech.
	Participants, VideoPublishers, Speakers int
	// PublishedTracks counts tracks to the SFU: one microphone each, and the videos.
	PublishedTracks int
	// ForwardedTracks counts the tracks from the SFU in which media flows: what the target
	// shows and plays. Participants may hold more, see subscriptionLimits: a video that is
	// not on the screen is paused (adaptiveStream of the SDKs), and a silent microphone
	// sends next to nothing.
	ForwardedTracks int
	// UnlimitedTracks counts tracks from the SFU when everybody subscribes to
	// everything, which is what the SDKs do until limit.subscription_limit_* refuses it.
	UnlimitedTracks int
	// PacketsIn and PacketsOut are packets per second.
	PacketsIn, PacketsOut float64
	// BitsIn and BitsOut are bits per second on the wire, headers included.
	BitsIn, BitsOut float64
	// PayloadBitsIn and PayloadBitsOut are bits per second without headers, the
	// unit that the design document counts in.
	PayloadBitsIn, PayloadBitsOut float64
}

// Room returns the load of a meeting of the target's kind with so many participants.
// It never falls when participants join. No participants are no load.
func (t Target) Room(participants int) Room {
	if participants <= 0 {
		return Room{}
	}
	r := Room{
		Participants:    participants,
		VideoPublishers: min(t.MaxVideoPublishers, participants),
		Speakers:        min(t.MaxActiveSpeakers, participants),
	}
	r.PublishedTracks = r.Participants + r.VideoPublishers
	for _, layer := range t.layers() {
		if layer.BitsPerSecond <= 0 {
			continue
		}
		bits := float64(layer.BitsPerSecond)
		packets := bits / bitsPerByte / videoPayloadBytes
		r.add(&r.PacketsIn, &r.BitsIn, &r.PayloadBitsIn, r.VideoPublishers, packets, bits)
		watched := seen(participants, r.VideoPublishers, layer.Visible)
		r.ForwardedTracks += watched
		r.add(&r.PacketsOut, &r.BitsOut, &r.PayloadBitsOut, watched, packets, bits)
	}
	speech := float64(t.AudioBitsPerSecond)
	r.add(&r.PacketsIn, &r.BitsIn, &r.PayloadBitsIn, r.Speakers, speechPackets, speech)
	r.add(&r.PacketsIn, &r.BitsIn, &r.PayloadBitsIn, participants-r.Speakers, silencePackets, 0)
	heard := seen(participants, r.Speakers, r.Speakers)
	r.ForwardedTracks += heard
	r.add(&r.PacketsOut, &r.BitsOut, &r.PayloadBitsOut, heard, speechPackets, speech)
	r.add(&r.PacketsIn, &r.BitsIn, &r.PayloadBitsIn, participants, signallingPackets, 0)
	r.add(&r.PacketsOut, &r.BitsOut, &r.PayloadBitsOut, participants, signallingPackets, 0)
	r.UnlimitedTracks = (participants - 1) * r.PublishedTracks
	return r
}

func (r *Room) add(packets, wire, payload *float64, tracks int, perTrack, bits float64) {
	n := float64(tracks)
	*packets += n * perTrack
	*wire += n * (bits + perTrack*headerBytes*bitsPerByte)
	*payload += n * bits
}

// seen returns how many tracks reach participants when each receives up to wanted
// of the published ones, and nobody their own.
func seen(participants, publishers, wanted int) int {
	others := (participants - publishers) * min(wanted, publishers)
	return others + publishers*min(wanted, max(publishers-1, 0))
}

func (t Target) layers() [3]Layer { return [3]Layer{t.High, t.Medium, t.Low} }

// MeetingHoursPerDay returns the hours per day that one of the peak's meetings runs.
func (t Target) MeetingHoursPerDay() float64 {
	sum := 0
	for _, percent := range t.DayProfile {
		sum += percent
	}
	return float64(sum) / 100
}

// Participants returns the number of participants at the peak.
func (t Target) Participants() int { return t.Meetings * t.ParticipantsPerMeeting }

// String is the target in short: "100 meetings of 500".
func (t Target) String() string {
	return fmt.Sprintf("%s of %d", Meetings(t.Meetings), t.ParticipantsPerMeeting)
}

// Meetings is a number of meetings in words: "1 meeting", "100 meetings".
func Meetings(n int) string {
	if n == 1 {
		return "1 meeting"
	}
	return fmt.Sprintf("%d meetings", n)
}

// Demand is what a target asks for, in the units in which the parts are sized.
type Demand struct {
	// PerMeeting is one meeting's load on its SFU node.
	PerMeeting Room
	// Meetings and Participants are the peak's.
	Meetings, Participants int
	// PublishedTracks and ForwardedTracks are totals over all meetings.
	PublishedTracks, ForwardedTracks int
	// PacketsInPerSecond and PacketsOutPerSecond are totals over all meetings.
	PacketsInPerSecond, PacketsOutPerSecond float64
	// GbpsIn and GbpsOut are gigabits per second on the wire over all meetings.
	GbpsIn, GbpsOut float64
	// APIConnections is WebSockets to the API; SignallingConnections is WebSockets
	// to LiveKit, one per participant. Both pass the load balancers.
	APIConnections, SignallingConnections int
	// ChatDeliveriesPerSecond is chat messages sent to participants per second.
	ChatDeliveriesPerSecond float64
	// PGConnections is server connections to PostgreSQL through PgBouncer: in a plan
	// those of its poolers, by itself those of three poolers of 130.
	PGConnections int
	// RedisBytes is the data set of the Redis cluster, without replicas.
	RedisBytes float64
	// RecordedMeetings is meetings recorded at the same time.
	RecordedMeetings int
	// RecordingTBPerDay is recordings written per day in terabytes (10^12 bytes).
	RecordingTBPerDay float64
	// HotRecordingTB and KeptRecordingTB are the recordings in the steady state of the
	// hot days, which a stack's own object store keeps, and of all days, which Spaces does.
	HotRecordingTB, KeptRecordingTB float64
	// EgressTiBPerMonth is outbound transfer of the SFU nodes per month in tebibytes.
	EgressTiBPerMonth float64
	// MeetingHoursPerDay is hours per day that one of the peak's meetings runs.
	MeetingHoursPerDay float64
}

// Demand returns what the target asks for. The target must be valid (see Validate).
func (t Target) Demand() Demand {
	room := t.Room(t.ParticipantsPerMeeting)
	meetings := float64(t.Meetings)
	recorded := ceilDiv(t.Meetings*t.RecordedPercent, 100)
	recordedPerDay := float64(recorded) * t.MeetingHoursPerDay() * 3600 *
		float64(t.RecordingBitsPerSecond) / bitsPerByte / tera
	secondsPerMonth := t.MeetingHoursPerDay() * 3600 * float64(t.DaysPerMonth)
	return Demand{
		PerMeeting:              room,
		Meetings:                t.Meetings,
		Participants:            t.Participants(),
		PublishedTracks:         t.Meetings * room.PublishedTracks,
		ForwardedTracks:         t.Meetings * room.ForwardedTracks,
		PacketsInPerSecond:      meetings * room.PacketsIn,
		PacketsOutPerSecond:     meetings * room.PacketsOut,
		GbpsIn:                  meetings * room.BitsIn / giga,
		GbpsOut:                 meetings * room.BitsOut / giga,
		APIConnections:          t.Participants() * t.APIConnectionsPerParticipant,
		SignallingConnections:   t.Participants(),
		ChatDeliveriesPerSecond: t.chatDeliveries(),
		PGConnections:           PgBouncerInstances * PgBouncerMaxDBConnections,
		RedisBytes:              t.redisBytes(),
		RecordedMeetings:        recorded,
		RecordingTBPerDay:       recordedPerDay,
		HotRecordingTB:          recordedPerDay * float64(t.HotDays),
		KeptRecordingTB:         recordedPerDay * float64(t.RetentionDays),
		EgressTiBPerMonth:       meetings * room.BitsOut / bitsPerByte * secondsPerMonth / tib,
		MeetingHoursPerDay:      t.MeetingHoursPerDay(),
	}
}

func (t Target) chatDeliveries() float64 {
	sent := float64(t.Participants()) * float64(t.ChatMessagesPerParticipantHour) / 3600
	return sent * float64(max(t.ParticipantsPerMeeting-1, 0))
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// ceilRatio returns the smallest whole number of units of size unit that hold
// amount. A hair of float error does not cost a unit.
func ceilRatio(amount, unit float64) int {
	if amount <= 0 || unit <= 0 {
		return 0
	}
	return int(math.Ceil(amount/unit - 1e-9))
}
