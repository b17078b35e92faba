package manifests

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
)

//go:embed scripts/*.sh
var scriptFiles embed.FS

// Scripts returns the shell scripts of the data tier by file name. They are mounted
// into one directory, executable, because they read each other. Their secrets come
// from the environment; each script's head says which.
func Scripts() (map[string]string, error) { return ReadScripts(scriptFiles) }

// ReadScripts returns the files of the folder "scripts" by name, as text.
func ReadScripts(files fs.ReadFileFS) (map[string]string, error) {
	entries, err := fs.ReadDir(files, "scripts")
	if err != nil {
		return nil, fmt.Errorf("reading scripts: %w", err)
	}
	scripts := make(map[string]string, len(entries))
	for _, entry := range entries {
		text, err := files.ReadFile(path.Join("scripts", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading scripts: %w", err)
		}
		scripts[entry.Name()] = string(text)
	}
	return scripts, nil
}
