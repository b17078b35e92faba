package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func api() manifests.API {
	return manifests.API{
		Environment:    manifests.APIEnvironment{Stack: "prod", Site: "singapore", Region: "sgp1"},
		Listen:         ":8080",
		Metrics:        ":9090",
		DrainSeconds:   manifests.APIDrainSeconds,
		SigningKeyFile: manifests.APISigningKeyFile,
		Limits:         manifests.APILimits{WebSockets: 2000, ParticipantsPerMeeting: 500},
		Database: manifests.APIDatabase{
			Address: "pgbouncer.data.svc.cluster.local:6432", Name: "gomeet", User: "gomeet_api", PasswordFile: manifests.APIDatabasePasswordFile,
			CAFile: manifests.APIDataAuthorityFile,
		},
		Redis: manifests.APIRedis{
			Addresses: []string{"redis.data.svc.cluster.local:6379"}, User: "api", PasswordFile: manifests.APIRedisPasswordFile,
			CAFile: manifests.APIDataAuthorityFile,
		},
		LiveKit: manifests.APILiveKit{
			InternalURL: "http://livekit.media.svc.cluster.local:7880", PublicURL: "wss://rtc.singapore.gomeet.example",
			Key: manifests.LiveKitKeyName, SecretFile: manifests.APILiveKitSecretFile,
		},
		Recordings: manifests.APIBucket{
			Endpoint: "https://sgp1.digitaloceanspaces.com", Region: "sgp1", Bucket: "gomeet-prod-recordings-0123abcd",
			PublicHost: "recordings.gomeet.example", AccessKeyFile: manifests.APIBucketKeyFile, SecretKeyFile: manifests.APIBucketSecretFile,
		},
	}
}

func TestAPIRender(t *testing.T) {
	text, err := api().Render()
	require.NoError(t, err)
	golden.Equal(t, manifests.APIFile, text)
}

func TestAPIRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.API)
		want   string
	}{
		"no WebSockets":   {func(a *manifests.API) { a.Limits.WebSockets = 0 }, "limits.webSockets is 0; it must be at least 1"},
		"no participants": {func(a *manifests.API) { a.Limits.ParticipantsPerMeeting = -1 }, "limits.participantsPerMeeting is -1; it must be at least 1"},
		"no drain":        {func(a *manifests.API) { a.DrainSeconds = 0 }, "drainSeconds is 0"},
		"no port":         {func(a *manifests.API) { a.Database.Address = "pgbouncer" }, `database.address is "pgbouncer"; it must be host:port`},
		"no Redis":        {func(a *manifests.API) { a.Redis.Addresses = nil }, "redis.addresses is []"},
		"bad Redis":       {func(a *manifests.API) { a.Redis.Addresses[0] = "redis" }, `redis.addresses[0] is "redis"`},
		"no TLS":          {func(a *manifests.API) { a.Database.CAFile = "" }, `database.caFile is ""`},
		"no bucket":       {func(a *manifests.API) { a.Recordings.Bucket = "" }, "recordings.bucket"},
	} {
		t.Run(name, func(t *testing.T) {
			a := api()
			c.change(&a)
			_, err := a.Render()
			require.ErrorContains(t, err, c.want)
		})
	}
}
