//go:build live

package minio_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

// A server is back without its volume, as after "kubectl delete pvc pod" (docs/data.md).
// MinIO fills the empty drive by itself. Two others are then taken away: every object is
// read from the drive that was empty and one more.
func TestEmptyDriveIsHealed(t *testing.T) {
	const objects, empty = 40, 2
	s, ctx := newStore(t), context.Background()
	s.setup()
	var keys []string
	for i := range objects {
		key := fmt.Sprintf("meeting/%d", i)
		require.NoError(t, write(ctx, s.recorder(i%nodes), key, content(key)))
		keys = append(keys, key)
	}
	s.server[empty].Kill()
	require.NoError(t, os.RemoveAll(s.drive(empty)))
	require.NoError(t, os.Mkdir(s.drive(empty), 0o755))
	require.Len(t, s.missing(empty, keys), objects, "the drive is not empty: healing would prove nothing")

	began := time.Now()
	s.start(empty)
	s.waitUntilJoined(empty)
	require.Eventually(t, func() bool { return len(s.missing(empty, keys)) == 0 }, wait, tick, "objects that were not healed")
	t.Logf("MEASURED object store: an empty drive has all %d objects again after %.1f s", objects, time.Since(began).Seconds())

	s.server[0].Kill()
	s.server[1].Kill()
	s.requireWhole(t, empty, keys)
	s.requireWhole(t, 3, keys)
}

// missing returns the objects that a server's drive has nothing of.
func (s *store) missing(server int, keys []string) (missing []string) {
	for _, key := range keys {
		if _, err := os.Stat(filepath.Join(s.drive(server), manifests.MinIOBucket, key, "xl.meta")); err != nil {
			missing = append(missing, key)
		}
	}
	return missing
}
