package recovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Mend deletes the notes that a killed run left half-written in a backend that is a folder
// (file://), and returns the files. Pulumi writes a checkpoint in one step, but not the notes
// beside it (NAME.attrs, content type and checksum; gocloud.dev/blob/fileblob). Notes that are
// cut off make a whole checkpoint unreadable ("failed to load checkpoint: EOF"); notes that
// are missing do not.
func Mend(backend, project, stack string) ([]string, error) {
	root := stateFolder(backend)
	if root == "" {
		return nil, nil
	}
	root = filepath.Join(root, ".pulumi")
	files, err := filepath.Glob(filepath.Join(root, "stacks", project, stack+".json*.attrs"))
	if err != nil {
		return nil, fmt.Errorf("looking for half-written files: %w", err)
	}
	for _, folder := range []string{"history", "backups", filepath.Join("locks", "organization")} {
		err := filepath.WalkDir(filepath.Join(root, folder, project, stack), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".attrs") {
				files = append(files, path)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("looking for half-written files: %w", err)
		}
	}
	var mended []string
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err == nil && !json.Valid(text) {
			mended = append(mended, path)
			err = os.Remove(path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return mended, fmt.Errorf("deleting half-written files: %w", err)
		}
	}
	return mended, nil
}
