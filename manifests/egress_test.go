package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func egress() manifests.Egress {
	return manifests.NewEgress(livekit().Redis, "ws://livekit.media.svc.cluster.local:7880", manifests.EgressS3{
		Region: "sgp1", Endpoint: "https://sgp1.digitaloceanspaces.com", Bucket: "gomeet-prod-recordings",
	})
}

func TestEgressRender(t *testing.T) {
	text, err := egress().Render()
	require.NoError(t, err)
	golden.Equal(t, "egress.yaml", text)
}

func TestEgressRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.Egress)
		want   string
	}{
		"Redis":            {func(e *manifests.Egress) { e.Redis.ClusterAddresses = nil }, `redis.address is ""; it must be set`},
		"URL":              {func(e *manifests.Egress) { e.WSURL = "livekit:7880" }, `ws_url is "livekit:7880"; it must be ws://host:port or wss://host`},
		"insecure for wss": {func(e *manifests.Egress) { e.WSURL = "wss://livekit.example" }, `insecure is true; it must be true for a ws: URL, and only then`},
		"port taken":       {func(e *manifests.Egress) { e.HealthPort = 9090 }, `prometheus_port is 9090; it must be another port than health_port`},
		"no bucket":        {func(e *manifests.Egress) { e.Storage.S3.Bucket = "" }, `storage.s3.bucket is ""; it must be set`},
		"endpoint":         {func(e *manifests.Egress) { e.Storage.S3.Endpoint = "minio:9000" }, `storage.s3.endpoint is "minio:9000"; it must be https://host, or`},
		"no session limit": {func(e *manifests.Egress) { e.SessionLimits.File = 0 }, `session_limits.file_output_max_duration is 0s; it must be above 0`},
		"percent":          {func(e *manifests.Egress) { e.CPUCost.MaxCPUUtilization = 80 }, `cpu_cost.max_cpu_utilization is 80; it must be above 0 and at most 1`},
		"no cost":          {func(e *manifests.Egress) { e.CPUCost.Track = 0 }, `cpu_cost.track_cpu_cost is 0; it must be above 0`},
		"log level":        {func(e *manifests.Egress) { e.Logging.Level = "" }, `logging.level is ""; it must be one of [debug`},
	} {
		t.Run(name, func(t *testing.T) {
			e := egress()
			c.change(&e)
			_, err := e.Render()
			require.ErrorContains(t, err, "egress.yaml: "+c.want)
		})
	}
}

func TestEgressKeepsAPasswordOutOfItsError(t *testing.T) {
	e := egress()
	e.Redis.Password = "hunter2"
	_, err := e.Render()
	require.ErrorContains(t, err, "redis.password")
	require.NotContains(t, err.Error(), "hunter2")
}
