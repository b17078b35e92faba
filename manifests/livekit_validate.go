package manifests

import (
	"fmt"
	"path/filepath"
	"slices"
)

var liveKitLevels = []string{"debug", "info", "warn", "error"}

// Validate returns every mistake LiveKit would only find when it starts, or not at
// all: each names the key, its value and what is allowed.
func (l LiveKit) Validate() error {
	c := &checks{file: LiveKitFile}
	c.port("port", l.Port)
	c.port("prometheus.port", l.Prometheus.Port)
	c.port("rtc.tcp_port", l.RTC.TCPPort)
	c.hostRange("rtc.udp_port", l.RTC.UDPPort)
	c.that(l.RTC.UseExternalIP != (l.RTC.NodeIP != ""), "rtc.node_ip", l.RTC.NodeIP,
		"set when rtc.use_external_ip is false, and only then")
	c.distinct(keyedPort{"port", l.Port}, keyedPort{"rtc.tcp_port", l.RTC.TCPPort},
		keyedPort{"prometheus.port", l.Prometheus.Port}, keyedPort{"turn.tls_port", l.TURN.TLSPort})
	l.Redis.check(c)
	l.TURN.check(c)
	l.NodeSelector.check(c, l.Region)
	c.present("region", l.Region)
	c.that(filepath.IsAbs(l.KeyFile), "key_file", l.KeyFile, "an absolute path such as "+LiveKitKeyFile)
	c.that(slices.Contains(liveKitLevels, l.Logging.Level), "logging.level", l.Logging.Level, fmt.Sprintf("one of %v", liveKitLevels))

	c.positive("room.max_participants", l.Room.MaxParticipants)
	c.positive("room.empty_timeout", l.Room.EmptyTimeout)
	c.positive("room.departure_timeout", l.Room.DepartureTimeout)
	// When a full room reconnects, each participant is told of every other one.
	c.that(l.SignalRelay.StreamBufferSize >= l.Room.MaxParticipants, "signal_relay.stream_buffer_size",
		l.SignalRelay.StreamBufferSize, "at least room.max_participants")
	c.positive("psrpc.buffer_size", l.PSRPC.BufferSize)

	// 0 is "no limit" to LiveKit: a room of 500 is then 250,000 tracks.
	c.positive("limit.num_tracks", l.Limit.NumTracks)
	c.positive("limit.bytes_per_sec", l.Limit.BytesPerSec)
	c.positive("limit.subscription_limit_video", l.Limit.SubscriptionLimitVideo)
	c.positive("limit.subscription_limit_audio", l.Limit.SubscriptionLimitAudio)
	return c.err()
}
