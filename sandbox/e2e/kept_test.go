package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Kept repeats what TestProd proves of workloads on a sandbox that has prod already, as
// "make up STACK=prod" leaves it. It is for work on those proofs.
func TestKept(t *testing.T) {
	w := keptWorld(t)
	w.proveWorkloads()
	w.proveDisruptions()
}

// Unnoted repeats what TestDevRoundTrip proves of recovery on a sandbox that has dev already.
func TestUnnoted(t *testing.T) { keptWorld(t).recoversUnnoted("dev") }

// keptWorld is a sandbox that runs already: its folder is in GOMEET_E2E_KEPT.
func keptWorld(t *testing.T) *world {
	dir := os.Getenv("GOMEET_E2E_KEPT")
	if dir == "" {
		t.Skip("GOMEET_E2E_KEPT names no sandbox")
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	w := &world{t: t, root: root, dir: dir}
	w.env = append(os.Environ(), "GOMEET_SANDBOX_DIR="+dir, "GOMEET_TOOLS="+filepath.Join(root, "tools", "bin"))
	return w
}
