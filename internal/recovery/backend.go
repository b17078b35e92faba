package recovery

import (
	"os"
	"path/filepath"
	"strings"
)

// stateFolder is the folder of a backend that is one (file://), written in any way that
// Pulumi takes: absolute, relative, or beginning with ~. It is "" for other backends.
func stateFolder(backend string) string {
	path, ok := strings.CutPrefix(backend, "file://")
	if !ok {
		return ""
	}
	path, _, _ = strings.Cut(path, "?")
	if rest, ok := strings.CutPrefix(path, "~"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		path = home + rest
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	return path
}
