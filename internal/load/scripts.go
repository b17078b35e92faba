package load

import (
	"embed"

	"github.com/gomeet/infra/manifests"
)

//go:embed scripts/*.js
var scriptFiles embed.FS

// Scripts returns k6's scripts by file name; they read each other from one directory.
func Scripts() (map[string]string, error) { return manifests.ReadScripts(scriptFiles) }
