package manifests_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func livekit() manifests.LiveKit {
	return manifests.NewLiveKit(manifests.LiveKitPlan{
		Region:          "sgp1",
		MaxParticipants: 500,
		CPULoadLimit:    0.05,
		Limit: manifests.LiveKitLimit{
			NumTracks: 20_000, BytesPerSec: 250_000_000, SubscriptionLimitVideo: 25, SubscriptionLimitAudio: 5,
		},
		Redis: manifests.LiveKitRedis{
			ClusterAddresses: []string{"redis-0.redis:6379", "redis-1.redis:6379", "redis-2.redis:6379"},
			Username:         "livekit",
			TLS:              &manifests.LiveKitRedisTLS{Enabled: true, CACertFile: "/run/secrets/redis/ca.crt"},
		},
	})
}

// regions is the same node in a platform of two regions, with TURN over TLS behind a
// load balancer.
func regions() manifests.LiveKit {
	l := livekit()
	l.NodeSelector = manifests.LiveKitNodeSelector{
		Kind: "regionaware", SortBy: "rooms", Algorithm: "twochoice", SysloadLimit: 0.7,
		Regions: []manifests.LiveKitRegion{{Name: "sgp1", Lat: 1.35, Lon: 103.82}, {Name: "blr1", Lat: 12.97, Lon: 77.59}},
	}
	l.TURN.Domain = "turn.gomeet.example"
	l.TURN.TLSPort = manifests.LiveKitTURNTLSPort
	l.TURN.ExternalTLS = true
	l.TURN.ProxyProtocol = true
	l.TURN.ProxyProtocolTrustedCIDRs = []string{"10.10.0.0/16"}
	return l
}

func TestLiveKitRender(t *testing.T) {
	for name, l := range map[string]manifests.LiveKit{
		"livekit.yaml": livekit(), "livekit-regions.yaml": regions(),
	} {
		t.Run(name, func(t *testing.T) {
			text, err := l.Render()
			require.NoError(t, err)
			golden.Equal(t, name, text)
		})
	}
}

func TestLiveKitRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.LiveKit)
		want   string
	}{
		"port":            {func(l *manifests.LiveKit) { l.Port = 70000 }, `port is 70000; it must be a port, 1 to 65535`},
		"port taken":      {func(l *manifests.LiveKit) { l.RTC.TCPPort = 7880 }, `rtc.tcp_port is 7880; it must be another port than port`},
		"ephemeral ports": {func(l *manifests.LiveKit) { l.RTC.UDPPort = manifests.PortRange{First: 50000, Last: 60000} }, `rtc.udp_port is 50000-60000; it must be clear of the ephemeral ports`},
		"NodePorts":       {func(l *manifests.LiveKit) { l.TURN.RelayRangeEnd = 30001 }, `turn.relay_range_start is 20000-30001; it must be clear of the NodePorts`},
		"backward range":  {func(l *manifests.LiveKit) { l.RTC.UDPPort = manifests.PortRange{First: 7900, Last: 7882} }, `rtc.udp_port is 7900-7882; it must be a range`},
		"no address":      {func(l *manifests.LiveKit) { l.RTC.UseExternalIP = false }, `rtc.node_ip is ""; it must be set when rtc.use_external_ip is false`},
		"no Redis":        {func(l *manifests.LiveKit) { l.Redis.ClusterAddresses = nil }, `redis.address is ""; it must be set, or redis.cluster_addresses`},
		"two Redis":       {func(l *manifests.LiveKit) { l.Redis.Address = "redis:6379" }, `redis.address is "redis:6379"; it must be set, or`},
		"Redis address":   {func(l *manifests.LiveKit) { l.Redis.ClusterAddresses[1] = "redis-1" }, `redis.cluster_addresses[1] is "redis-1"; it must be host:port`},
		"Redis authority": {func(l *manifests.LiveKit) { l.Redis.TLS.CACertFile = "" }, `redis.tls.ca_cert_file is ""; it must be set`},
		"TURN domain":     {func(l *manifests.LiveKit) { l.TURN.TLSPort = 5349; l.TURN.ExternalTLS = true }, `turn.domain is ""; it must be set`},
		"TURN cert":       {func(l *manifests.LiveKit) { l.TURN.TLSPort = 5349; l.TURN.Domain = "a.example" }, `turn.cert_file is ""; it must be set, with turn.key_file`},
		"TURN no port":    {func(l *manifests.LiveKit) { l.TURN.UDPPort = 0 }, `turn.udp_port is 0; it must be a port when turn.tls_port is none`},
		"TURN proxy":      {func(l *manifests.LiveKit) { l.TURN.ProxyProtocol = true }, `turn.proxy_protocol_trusted_cidrs is []; it must be the load balancer's range`},
		"selector":        {func(l *manifests.LiveKit) { l.NodeSelector.Kind = "any" }, `node_selector.kind is "any"; it must be cpuload or regionaware`},
		"CPU limit":       {func(l *manifests.LiveKit) { l.NodeSelector.CPULoadLimit = 70 }, `node_selector.cpu_load_limit is 70; it must be above 0 and at most 1`},
		"sort":            {func(l *manifests.LiveKit) { l.NodeSelector.SortBy = "cpu" }, `node_selector.sort_by is "cpu"; it must be one of [random`},
		"unknown region": {func(l *manifests.LiveKit) {
			l.NodeSelector.Kind, l.NodeSelector.SysloadLimit = "regionaware", 0.7
		}, `region is "sgp1"; it must be one of node_selector.regions`},
		"key file":     {func(l *manifests.LiveKit) { l.KeyFile = "keys.yaml" }, `key_file is "keys.yaml"; it must be an absolute path`},
		"log level":    {func(l *manifests.LiveKit) { l.Logging.Level = "trace" }, `logging.level is "trace"; it must be one of [debug`},
		"no limit":     {func(l *manifests.LiveKit) { l.Limit.NumTracks = 0 }, `limit.num_tracks is 0; it must be at least 1`},
		"small buffer": {func(l *manifests.LiveKit) { l.SignalRelay.StreamBufferSize = 100 }, `signal_relay.stream_buffer_size is 100; it must be at least room.max_participants`},
	} {
		t.Run(name, func(t *testing.T) {
			l := livekit()
			c.change(&l)
			_, err := l.Render()
			require.ErrorContains(t, err, "livekit.yaml: "+c.want)
		})
	}
}

func TestLiveKitReportsEveryMistake(t *testing.T) {
	_, err := manifests.LiveKit{}.Render()
	require.Greater(t, strings.Count(err.Error(), "\n"), 10)
}
