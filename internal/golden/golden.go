// Package golden compares rendered text with files under testdata. Run the tests
// with -update to rewrite the files.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Updating reports whether the test is to rewrite what it compares with.
func Updating() bool { return *update }

// Equal requires got to equal the file testdata/name.
func Equal(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to create the golden file")
	require.Equal(t, string(want), got, "run the test with -update if the change is wanted")
}
