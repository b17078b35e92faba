//go:build live

package minio_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

// The job runs twice, as after each change of a script; what a recorder may do is all that
// it needs, and what it may not do matters as much.
func TestRecorderMayUseRecordingsOnly(t *testing.T) {
	s, ctx := newStore(t), context.Background()
	s.setup()
	require.Contains(t, s.setup(), "may use recordings, whose objects expire after 30 days")

	recorder := s.recorder(0)
	require.NoError(t, write(ctx, recorder, "meeting/a.mp4", "recording"))
	text, err := read(ctx, s.recorder(3), "meeting/a.mp4")
	require.NoError(t, err)
	require.Equal(t, "recording", text)
	// In parts, as recordings are sent.
	large := random(t, 11<<20)
	_, err = recorder.PutObject(ctx, manifests.MinIOBucket, "meeting/b.mp4", strings.NewReader(large), int64(len(large)), minio.PutObjectOptions{PartSize: 5 << 20})
	require.NoError(t, err)
	text, err = read(ctx, s.recorder(1), "meeting/b.mp4")
	require.NoError(t, err)
	require.Equal(t, large, text)
	var listed []string
	for object := range recorder.ListObjects(ctx, manifests.MinIOBucket, minio.ListObjectsOptions{Recursive: true}) {
		require.NoError(t, object.Err)
		listed = append(listed, object.Key)
	}
	require.Equal(t, []string{"meeting/a.mp4", "meeting/b.mp4"}, listed)
	require.NoError(t, recorder.RemoveObject(ctx, manifests.MinIOBucket, "meeting/a.mp4", minio.RemoveObjectOptions{}))

	root := s.client(0, manifests.MinIORootUser, rootPassword)
	require.NoError(t, root.MakeBucket(ctx, "other", minio.MakeBucketOptions{}))
	_, err = root.PutObject(ctx, "other", "secret", strings.NewReader("x"), 1, minio.PutObjectOptions{})
	require.NoError(t, err)
	anonymous := s.client(0, "", "")
	for what, try := range map[string]func() error{
		"make a bucket": func() error { return recorder.MakeBucket(ctx, "mine", minio.MakeBucketOptions{}) },
		"read another bucket": func() error {
			_, err := recorder.StatObject(ctx, "other", "secret", minio.StatObjectOptions{})
			return err
		},
		"write to another bucket": func() error {
			_, err := recorder.PutObject(ctx, "other", "mine", strings.NewReader("x"), 1, minio.PutObjectOptions{})
			return err
		},
		"list another bucket": func() error {
			return (<-recorder.ListObjects(ctx, "other", minio.ListObjectsOptions{})).Err
		},
		"delete its bucket":   func() error { return recorder.RemoveBucket(ctx, manifests.MinIOBucket) },
		"open its bucket":     func() error { return recorder.SetBucketPolicy(ctx, manifests.MinIOBucket, public) },
		"end the expiry":      func() error { return recorder.SetBucketLifecycle(ctx, manifests.MinIOBucket, nil) },
		"read without a user": func() error { _, err := read(ctx, anonymous, "meeting/b.mp4"); return err },
	} {
		require.Equal(t, "AccessDenied", minio.ToErrorResponse(try()).Code, what)
	}
	_, err = s.run([]string{
		fmt.Sprintf("MC_HOST_user=https://%s:%s@%s:%d", manifests.MinIOUser, userPassword, s.host(0), manifests.MinIOPort),
		"MC_CONFIG_DIR=" + s.path("home/mc"),
	}, "mc", "admin", "user", "list", "user")
	require.ErrorContains(t, err, "Access Denied")
}

// public lets the world read a bucket.
const public = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::recordings/*"]}]}`

// The bucket has one rule, and a job with other values changes it and the password.
func TestSetupChangesWhatDiffers(t *testing.T) {
	s, ctx := newStore(t), context.Background()
	root := s.client(0, manifests.MinIORootUser, rootPassword)
	for _, days := range []int{30, 7} {
		s.setup(fmt.Sprintf("RETENTION_DAYS=%d", days))
		rules, err := root.GetBucketLifecycle(ctx, manifests.MinIOBucket)
		require.NoError(t, err)
		require.Len(t, rules.Rules, 1)
		require.Equal(t, "Enabled", rules.Rules[0].Status)
		require.EqualValues(t, days, rules.Rules[0].Expiration.Days)
	}
	require.NoError(t, write(ctx, s.recorder(0), "a", "x"))
	s.setup("STORE_PASSWORD=another-password-of-the-user")
	require.Eventually(t, func() bool { return write(ctx, s.recorder(0), "a", "x") != nil }, wait, tick, "the old password still works")
	require.NoError(t, write(ctx, s.client(0, manifests.MinIOUser, "another-password-of-the-user"), "a", "x"))
}

// Parity 2 of 4: an object takes twice its size, half of it on any two drives, and MinIO
// says so itself.
func TestParity(t *testing.T) {
	const size = 8 << 20
	s, ctx := newStore(t), context.Background()
	s.setup()
	out, err := s.run(s.asRoot(), "mc", "--json", "admin", "info", "store")
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(out, " ", ""), `"standardSCParity":2`)
	require.NoError(t, write(ctx, s.recorder(0), "large", random(t, size)))
	for i := range nodes {
		require.InEpsilon(t, size/2, s.bytes(t, i, "large"), 0.01, "bytes of the object on drive %d", i)
	}
}

// bytes is how much of an object a server's drive has.
func (s *store) bytes(t *testing.T, i int, key string) (n int64) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(filepath.Join(s.drive(i), manifests.MinIOBucket, key), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		n += info.Size()
		return err
	}))
	return n
}

func random(t *testing.T, size int) string {
	t.Helper()
	content := make([]byte, size)
	_, err := rand.Read(content)
	require.NoError(t, err)
	return string(content)
}
