package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/internal/verify"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/stacks"
)

const savedVerification = "cmd/gomeet/testdata/verify.json"

func TestVerifyFormats(t *testing.T) {
	out, err := run(t, "verify", "--report-file", savedVerification, "-o", "markdown")
	require.NoError(t, err)
	golden.Equal(t, "verify.md", out)
	out, err = run(t, "verify", "--report-file", savedVerification, "-o", "json")
	require.NoError(t, err)
	saved, err := os.ReadFile(filepath.Join("testdata", "verify.json"))
	require.NoError(t, err)
	require.JSONEq(t, string(saved), out)
}

func TestVerifyErrorsNameTheFlag(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for want, args := range map[string][]string{
		`--output "poem"`: {"-o", "poem"},
		`--resolve "api.gomeet.example": must be HOST[:PORT]=ADDRESS[:PORT]`: {"--resolve", "api.gomeet.example"},
		`--resolve "a.test=b.test"`:                         {"--resolve", "a.test=b.test"},
		"--ca-file: open":                                   {"--ca-file", filepath.Join(folder, "nosuch")},
		"must hold certificates as PEM":                     {"--ca-file", empty},
		"--api-token-file: open":                            {"--api-token-file", filepath.Join(folder, "nosuch")},
		"must hold one token":                               {"--api-token-file", empty},
		`--prometheus "127.0.0.1:9090": must be [SITE=]URL`: {"--prometheus", "127.0.0.1:9090"},
		`--livekit-api "one=127.0.0.1": must be [SITE=]URL`: {"--livekit-api", "one=127.0.0.1"},
		"it is not what \"gomeet verify -o json\" prints":   {"--report-file", "README.md"},
	} {
		_, err := run(t, append([]string{"verify"}, args...)...)
		require.ErrorContains(t, err, want)
	}
}

func TestURLsBySite(t *testing.T) {
	urls, err := bySite("--prometheus", []string{"http://127.0.0.1:1/a=b", "jakarta=https://p.test"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"": "http://127.0.0.1:1/a=b", "jakarta": "https://p.test"}, urls)
	d := &verify.Deployment{Sites: []verify.Site{{Name: "singapore"}, {Name: "jakarta"}}}
	require.NoError(t, atSites(d, "--prometheus", urls))
	require.Equal(t, map[string]string{"singapore": "http://127.0.0.1:1/a=b", "jakarta": "https://p.test"}, urls)
	require.ErrorContains(t, atSites(d, "--prometheus", map[string]string{"mars": "http://x"}), `the stack has no site "mars"`)
}

func TestResolve(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	o := verify.DefaultOptions()
	f := &verifyFlags{resolve: []string{"api.gomeet.example:443=" + listener.Addr().String(), "ws.gomeet.example=192.0.2.1"}}
	require.NoError(t, f.way(&o))
	require.True(t, o.Overridden("api.gomeet.example"))
	require.True(t, o.Overridden("ws.gomeet.example"))
	require.False(t, o.Overridden("rtc.gomeet.example"))
	conn, err := o.Via.Dial(t.Context(), "tcp", "api.gomeet.example:443")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}

// The outputs of a stack become what is looked at.
func TestVerifiable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "outputs-verify.json"))
	require.NoError(t, err)
	var outputs verifiable
	require.NoError(t, json.Unmarshal(text, &outputs))
	cfg := &stacks.Config{Stack: "prod", Sites: []stacks.Site{{Name: "singapore"}, {Name: "jakarta"}}, ObjectStore: stacks.ObjectStoreSpaces}
	cfg.Secrets.LiveKit = "secret"
	d := outputs.deployment(cfg, "")
	require.Equal(t, []string{"singapore", "jakarta"}, []string{d.Sites[0].Name, d.Sites[1].Name}, "the primary first")
	first := d.Sites[0]
	require.Equal(t, []string{"api.singapore.gomeet.example", "api.gomeet.example"}, first.API)
	require.Equal(t, []string{"ws.singapore.gomeet.example", "ws.gomeet.example"}, first.WebSocket)
	require.Equal(t, []string{"rtc.singapore.gomeet.example", "rtc.gomeet.example"}, first.LiveKit)
	require.Len(t, first.Names, 6)
	require.Equal(t, "203.0.113.1", first.Names["api.gomeet.example"])
	require.Equal(t, "203.0.113.2", first.Names["rtc.gomeet.example"])
	require.True(t, first.SFU && first.Recorders && first.Monitoring)
	require.False(t, d.Sites[1].Monitoring)
	require.Subset(t, first.Jobs, []string{"api", "livekit", "redis", "postgres"}, "what its nodes are for")
	require.Equal(t, slices.Concat(manifests.RedisBackups, manifests.PostgresBackups, manifests.StateBackups), first.Backups)
	require.True(t, first.Drill)
	require.NotContains(t, d.Sites[1].Jobs, "postgres")
	require.Empty(t, d.Sites[1].Backups)
	require.Equal(t, 500, d.MeetingSize)
	require.Equal(t, "recordings.gomeet.example", d.Recordings)
	require.Equal(t, verify.Bucket{
		Endpoint: "https://sgp1.digitaloceanspaces.com", Region: "sgp1", Name: "gomeet-prod-recordings-0123abcd", AccessKey: "key", SecretKey: "hidden",
	}, d.Bucket)
	cfg.ObjectStore = stacks.ObjectStoreMinIO
	bucket := outputs.deployment(cfg, "").Bucket
	require.True(t, bucket.Store && bucket.PathStyle)
	require.True(t, strings.HasPrefix(bucket.Endpoint, "https://minio."), bucket.Endpoint)
	require.Empty(t, bucket.SecretKey, "the recorders' Secret has it")
}
