//go:build live

package minio_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live"
	"github.com/gomeet/infra/internal/live/process"
	"github.com/gomeet/infra/manifests"
)

// copyHost is the name of the store that recordings are copied to: one server, as a stack
// with a minio pool of one has. It stands for Spaces.
const copyHost = "spaces." + manifests.DataNamespace + ".svc.cluster.local"

// The daily copy takes what is new to a second store, and what expires at the first one
// stays there.
func TestRecordingsAreCopied(t *testing.T) {
	s, ctx := newStore(t), context.Background()
	s.setup()
	spaces := s.startCopy()
	for _, key := range []string{"meeting/a", "meeting/b"} {
		require.NoError(t, write(ctx, s.recorder(0), key, content(key)))
	}
	require.NoError(t, s.copy())
	for _, key := range []string{"meeting/a", "meeting/b"} {
		require.NoError(t, whole(ctx, spaces, key))
	}
	const metric = "gomeet_backup_recordings_copy.prom"
	text, err := os.ReadFile(s.path(metric))
	require.NoError(t, err)
	require.Contains(t, string(text), `gomeet_backup_success_timestamp_seconds{system="recordings",kind="copy"} `)

	require.NoError(t, s.recorder(0).RemoveObject(ctx, manifests.MinIOBucket, "meeting/a", minio.RemoveObjectOptions{}))
	require.NoError(t, write(ctx, s.recorder(1), "meeting/c", content("meeting/c")))
	s.server[3].Kill() // the copy needs no more servers than any reader
	require.NoError(t, s.copy())
	for _, key := range []string{"meeting/a", "meeting/b", "meeting/c"} {
		require.NoError(t, whole(ctx, spaces, key))
	}

	require.NoError(t, os.Remove(s.path(metric)))
	require.NoError(t, write(ctx, s.recorder(1), "meeting/d", content("meeting/d")))
	require.Error(t, s.copy("RCLONE_CONFIG_COPY_SECRET_ACCESS_KEY=wrong-live-test-password"))
	require.NoFileExists(t, s.path(metric), "a failed copy must not look like one")
}

// startCopy starts the second store and returns a client of its bucket.
func (s *store) startCopy() *minio.Client {
	s.t.Helper()
	one := manifests.DefaultMinIO(1)
	one.DataDir, one.CertsDir = s.path("copy"), s.config.CertsDir
	require.NoError(s.t, os.Mkdir(one.DataDir, 0o755))
	args, err := one.Args()
	require.NoError(s.t, err)
	for i := range args {
		args[i] = strings.Replace(args[i], ":9000", gateway+":9000", 1)
	}
	process.Start(s.t, "copy", process.Options{Env: environment(one)}, live.Tool(s.t, args[0]), args[1:]...)
	client := s.clientAt(copyHost, manifests.MinIORootUser, rootPassword)
	require.Eventually(s.t, func() bool {
		return client.MakeBucket(context.Background(), manifests.MinIOBucket, minio.MakeBucketOptions{}) == nil
	}, wait, tick, "the second store does not start")
	return client
}

// copy runs the script as its job does (components/minio_jobs.go), but for the copy's kind:
// Spaces has a name in DNS for each bucket.
func (s *store) copy(env ...string) error {
	host := "https://" + manifests.ServiceHost(manifests.MinIOService, manifests.DataNamespace) + ":9000"
	_, err := s.script("recordings-copy.sh", append([]string{
		"RCLONE_CONFIG_STORE_TYPE=s3", "RCLONE_CONFIG_STORE_PROVIDER=Minio", "RCLONE_CONFIG_STORE_ENDPOINT=" + host,
		"RCLONE_CONFIG_STORE_REGION=" + manifests.MinIORegion, "RCLONE_CONFIG_STORE_ACCESS_KEY_ID=" + manifests.MinIOUser,
		"RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY=" + userPassword,
		"RCLONE_CONFIG_COPY_TYPE=s3", "RCLONE_CONFIG_COPY_PROVIDER=Minio", "RCLONE_CONFIG_COPY_ENDPOINT=https://" + copyHost + ":9000",
		"RCLONE_CONFIG_COPY_REGION=" + manifests.MinIORegion, "RCLONE_CONFIG_COPY_NO_CHECK_BUCKET=true",
		"RCLONE_CONFIG_COPY_ACCESS_KEY_ID=" + manifests.MinIORootUser, "RCLONE_CONFIG_COPY_SECRET_ACCESS_KEY=" + rootPassword,
		"RECORDINGS_SOURCE=STORE:" + manifests.MinIOBucket, "RECORDINGS_COPY=COPY:" + manifests.MinIOBucket, "METRICS_DIR=" + s.root,
	}, env...)...)
	return err
}
