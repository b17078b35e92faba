package live

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Tool returns the path of a program that "tools/build" builds, from the folder
// $GOMEET_TOOLS or else tools/bin.
func Tool(t testing.TB, name string) string {
	t.Helper()
	folder := os.Getenv("GOMEET_TOOLS")
	if folder == "" {
		_, here, _, _ := runtime.Caller(0)
		folder = filepath.Join(filepath.Dir(here), "..", "..", "tools", "bin")
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is missing: %v; build it with: make tools, or tools/build daemons", name, err)
	}
	return path
}

// Installed returns the path of a daemon that comes from a Debian package.
func Installed(t *testing.T, name, debianPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: %v; install it with: apt-get install %s", name, err, debianPackage)
	}
	return path
}
