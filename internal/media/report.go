package media

import (
	"slices"
	"time"
)

// Report is what a meeting was like.
type Report struct {
	// ServerVersion is LiveKit's, such as "1.13.11", and Node the id of the node that the
	// room was on, as the first participant was told.
	ServerVersion string `json:"serverVersion"`
	Node          string `json:"node"`
	// Participants were in the room at the end, Left had been put out of it.
	Participants int            `json:"participants"`
	Left         map[string]int `json:"left,omitempty"`
	// Transports counts the participants by what their connection really used.
	Transports map[Transport]int `json:"transports"`
	// Join is how long it took from the first request until media could flow.
	Join Spread `json:"join"`
	// Transport is what all were to use.
	Transport Transport `json:"transport"`
	// TracksExpected are all videos that should have been seen, over all participants, and
	// TracksSeen those of which a frame came in the last second (lateTime).
	TracksExpected int `json:"tracksExpected"`
	TracksSeen     int `json:"tracksSeen"`
	// Frames came whole, FramesExpected is how many the cameras made in the measurement, for
	// all who watch them.
	Frames         int `json:"frames"`
	FramesExpected int `json:"framesExpected"`
	// Packets and Bytes (of payload) arrived; PacketsLost did not, also not when they were
	// sent again.
	Packets     int `json:"packets"`
	PacketsLost int `json:"packetsLost"`
	Bytes       int `json:"bytes"`
	// Delay is from the camera to the last packet of a frame.
	Delay Spread `json:"delay"`
	// Freeze is the longest time without a frame of one video at one participant, over all of
	// these.
	Freeze Spread `json:"freeze"`
	// Interruption is the longest time in which a participant received nothing.
	Interruption Spread `json:"interruption"`
	// Reconnected is how often participants came back by themselves.
	Reconnected int `json:"reconnected"`
}

// LossPercent is the share of packets that did not arrive.
func (r *Report) LossPercent() float64 {
	if r.Packets+r.PacketsLost == 0 {
		return 0
	}
	return 100 * float64(r.PacketsLost) / float64(r.Packets+r.PacketsLost)
}

// MissingPercent is the share of frames that did not come whole.
func (r *Report) MissingPercent() float64 {
	if r.FramesExpected == 0 {
		return 0
	}
	return 100 * float64(r.FramesExpected-r.Frames) / float64(r.FramesExpected)
}

// Spread is what many measured times are like.
type Spread struct {
	Samples int           `json:"samples"`
	Median  time.Duration `json:"median"`
	P95     time.Duration `json:"p95"`
	Max     time.Duration `json:"max"`
}

// NewSpread sorts its argument. A percentile is the nearest rank's.
func NewSpread(times []time.Duration) Spread {
	if len(times) == 0 {
		return Spread{}
	}
	slices.Sort(times)
	rank := func(percent int) time.Duration { return times[(len(times)*percent+99)/100-1] }
	return Spread{Samples: len(times), Median: rank(50), P95: rank(95), Max: times[len(times)-1]}
}

func (m Meeting) report(people []*participant) *Report {
	server := people[0].server
	r := &Report{ServerVersion: server.GetVersion(), Node: server.GetNodeId(), Left: map[string]int{}, Transport: m.Transport, Transports: map[Transport]int{}}
	var joins []time.Duration
	for i, p := range people {
		if reason := p.gone(); reason != "" {
			r.Left[reason]++
		} else {
			r.Participants++
			r.Transports[p.transport(i < m.Publishers)]++
		}
		p.mutex.Lock()
		r.Reconnected += p.resumes
		p.mutex.Unlock()
		joins = append(joins, p.joined)
	}
	r.Join = NewSpread(joins)
	m.count(people, r)
	return r
}

// count fills in what arrived.
func (m Meeting) count(people []*participant, r *Report) {
	numbered := map[string]int{}
	for i, p := range people[:m.Publishers] {
		numbered[identity(i)] = p.camera.numbered()
	}
	var gaps, freezes []time.Duration
	for i, p := range people {
		publishers := m.watched(i)
		r.TracksExpected += len(publishers)
		s := p.sink
		s.mutex.Lock()
		now := s.now()
		for _, publisher := range publishers {
			f := s.flow(publisher)
			if now.Sub(f.last) < lateTime {
				r.TracksSeen++
			}
			r.Frames, r.FramesExpected = r.Frames+f.frames, r.FramesExpected+numbered[publisher]
			freezes = append(freezes, f.frozen(now))
		}
		r.Packets, r.PacketsLost, r.Bytes = r.Packets+s.packets, r.PacketsLost+s.lost, r.Bytes+s.bytes
		if len(publishers) > 0 {
			gaps = append(gaps, max(s.gap, now.Sub(s.last)))
		}
		s.mutex.Unlock()
	}
	r.Freeze, r.Interruption = NewSpread(freezes), NewSpread(gaps)
}
