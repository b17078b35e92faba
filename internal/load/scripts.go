package load

import (
	"embed"
	"fmt"
	"path"
)

//go:embed scripts/*.js
var scriptFiles embed.FS

// Scripts returns k6's scripts by file name; they read each other from one directory.
func Scripts() (map[string]string, error) {
	entries, err := scriptFiles.ReadDir("scripts")
	if err != nil {
		return nil, fmt.Errorf("reading scripts: %w", err)
	}
	scripts := make(map[string]string, len(entries))
	for _, entry := range entries {
		text, err := scriptFiles.ReadFile(path.Join("scripts", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading scripts: %w", err)
		}
		scripts[entry.Name()] = string(text)
	}
	return scripts, nil
}
