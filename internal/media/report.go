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
	// TracksExpected are all videos that should have been seen, over all participants, and
	// TracksSeen those that were at the end.
	TracksExpected int `json:"tracksExpected"`
	TracksSeen     int `json:"tracksSeen"`
	// Frames, Packets and Bytes (of payload) arrived; PacketsLost did not, also not when
	// they were sent again.
	Frames      int `json:"frames"`
	Packets     int `json:"packets"`
	PacketsLost int `json:"packetsLost"`
	Bytes       int `json:"bytes"`
	// Delay is from the camera to the last packet of a frame.
	Delay Spread `json:"delay"`
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
	r := &Report{ServerVersion: server.GetVersion(), Node: server.GetNodeId(), Left: map[string]int{}, Transports: map[Transport]int{}}
	var joins, delays, gaps []time.Duration
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
		r.TracksExpected += m.expected(i)
		s := p.sink
		s.mutex.Lock()
		r.TracksSeen += s.tracks
		r.Frames, r.Packets, r.PacketsLost, r.Bytes = r.Frames+s.frames, r.Packets+s.packets, r.PacketsLost+s.lost, r.Bytes+s.bytes
		delays = append(delays, s.delays...)
		if m.expected(i) > 0 {
			gaps = append(gaps, max(s.gap, s.now().Sub(s.last)))
		}
		s.mutex.Unlock()
	}
	r.Join, r.Delay, r.Interruption = NewSpread(joins), NewSpread(delays), NewSpread(gaps)
	return r
}
