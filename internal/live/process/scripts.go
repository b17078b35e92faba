//go:build live

package process

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

// Scripts writes the embedded scripts into dir, as a pod mounts them.
func Scripts(t testing.TB, dir string) {
	t.Helper()
	scripts, err := manifests.Scripts()
	require.NoError(t, err)
	for name, text := range scripts {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755))
	}
}
