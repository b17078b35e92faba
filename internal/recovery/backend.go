package recovery

import (
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// stateFolder is the folder of a backend that is one (file://), written in any way that
// Pulumi takes: absolute, relative, beginning with ~, or with characters as in a URL. ~ is the
// home that the system knows of the user and not $HOME, as Pulumi has it (pkg v3.259,
// backend/diy). It is "" for other backends, and where no state is: a lock in a folder
// that Pulumi does not look into would protect nothing.
func stateFolder(backend string) string {
	path, ok := strings.CutPrefix(backend, "file://")
	if !ok {
		return ""
	}
	path, _, _ = strings.Cut(path, "?")
	if rest, ok := strings.CutPrefix(path, "~"); ok {
		who, err := user.Current()
		if err != nil {
			return ""
		}
		path = who.HomeDir + rest
	}
	path, err := url.PathUnescape(path)
	if err != nil {
		return ""
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return ""
	}
	if about, err := os.Stat(filepath.Join(path, ".pulumi")); err != nil || !about.IsDir() {
		return ""
	}
	return path
}
