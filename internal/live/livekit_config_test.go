//go:build live

package live_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/stackfile"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

const (
	liveKitKey    = "APIlive"
	liveKitSecret = "a-secret-of-a-test-of-32-characters-or-more"
)

// prod is the configuration and the plan of the committed stack.
func prod(t *testing.T) (*stacks.Config, *sizing.Plan) {
	t.Helper()
	file, err := stackfile.Read(filepath.Join("..", "..", "Pulumi.prod.yaml"))
	require.NoError(t, err)
	raw, err := file.Plain()
	require.NoError(t, err)
	cfg, err := stacks.Inspect("prod", raw)
	require.NoError(t, err)
	plan, err := cfg.Plan()
	require.NoError(t, err)
	return cfg, plan
}

// liveKitConfig is what production gets (stacks/workloads.go), with only addresses, ports
// and paths of this machine.
func liveKitConfig(t *testing.T, redis *live.Redis) manifests.LiveKit {
	t.Helper()
	cfg, plan := prod(t)
	limits := plan.Daemons.LiveKit
	l := manifests.NewLiveKit(manifests.LiveKitPlan{
		Region:          cfg.Sites[0].Region,
		MaxParticipants: cfg.Target.ParticipantsPerMeeting,
		CPULoadLimit:    limits.CPULoadPercent / 100,
		Limit: manifests.LiveKitLimit{
			NumTracks: limits.NumTracks, BytesPerSec: limits.BytesPerSecond,
			SubscriptionLimitVideo: limits.SubscriptionLimitVideo, SubscriptionLimitAudio: limits.SubscriptionLimitAudio,
		},
		Redis: manifests.LiveKitRedis{
			ClusterAddresses: []string{live.Address(redis.Port)},
			Username:         redis.User,
			TLS:              &manifests.LiveKitRedisTLS{Enabled: true, CACertFile: redis.CACertFile},
		},
	})
	ports := live.Ports(t, 3)
	l.BindAddresses = []string{live.Loopback, live.HostAddress(t)}
	l.Port, l.RTC.TCPPort, l.Prometheus.Port = ports[0], ports[1], ports[2]
	first := live.UDPPorts(t, 10_000, 32)
	l.RTC.UDPPort = manifests.PortRange{First: first, Last: first + 31}
	l.RTC.UseExternalIP, l.RTC.NodeIP = false, live.HostAddress(t)
	l.TURN.UDPPort = live.UDPPorts(t, first+32, 1)
	l.KeyFile = filepath.Join(t.TempDir(), "keys.yaml")
	live.Write(t, l.KeyFile, fmt.Sprintf("%s: %s\n", liveKitKey, liveKitSecret))
	return l
}

// startLiveKit starts the server on a text, with its secrets where they belong.
func startLiveKit(t *testing.T, redis *live.Redis, text string) *live.Process {
	t.Helper()
	file := filepath.Join(t.TempDir(), manifests.LiveKitFile)
	// TURN relays to no private address unless it is told so, and this machine has no other.
	live.Write(t, file, strings.Replace(text, "turn:\n", "turn:\n  allow_restricted_peer_cidrs: ["+live.HostAddress(t)+"/32]\n", 1))
	env := []string{manifests.LiveKitRedisPasswordEnv + "=" + redis.Password}
	return live.Start(t, env, live.Tool(t, "livekit-server"), "--config", file)
}

func render(t *testing.T, l manifests.LiveKit) string {
	t.Helper()
	text, err := l.Render()
	require.NoError(t, err)
	return text
}

// startedLiveKit returns a server that is healthy: it reached Redis and heard itself
// through it.
func startedLiveKit(t *testing.T) (manifests.LiveKit, *live.Process) {
	t.Helper()
	redis := live.StartRedis(t)
	l := liveKitConfig(t, redis)
	server := startLiveKit(t, redis, render(t, l))
	untilHealthy(server, l)
	return l, server
}

func untilHealthy(server *live.Process, l manifests.LiveKit) {
	server.Until("healthy", func() error {
		_, err := live.Get("http://" + live.Address(l.Port))
		return err
	})
}
