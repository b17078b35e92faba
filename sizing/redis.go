package sizing

// What one thing takes in Redis (design document, section "Redis Cluster
// Architecture", data structure and memory lists; sizes are decimal).
const (
	redisSessionBytes = 2_000
	redisRoomBytes    = 5_000
	// redisChatBytes is the buffer of the last 1,000 messages of one meeting: the
	// design's 500 MB over its 100 meetings.
	redisChatBytes = 5_000_000
	// redisSignallingBytes is one participant's share of the signalling streams: the
	// design's 200 MB over its 50,000 participants.
	redisSignallingBytes = 4_000
)

// redisBytes is the data set of the Redis cluster. The design's "room state 300 MB"
// is left out: 100 rooms of 5 KB are 0.5 MB.
func (t Target) redisBytes() float64 {
	participants, meetings := float64(t.Participants()), float64(t.Meetings)
	return participants*(redisSessionBytes+redisSignallingBytes) + meetings*(redisRoomBytes+redisChatBytes)
}
