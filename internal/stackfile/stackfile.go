// Package stackfile reads and merges Pulumi's stack configuration files
// (Pulumi.<stack>.yaml).
package stackfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// File is a stack configuration file. Keys other than config, such as
// encryptionsalt, are kept as they are.
type File struct {
	// Config maps qualified keys to their values as YAML holds them; a secret is
	// a map with the single key "secure".
	Config map[string]any `yaml:"config,omitempty"`
	// Rest is everything beside config.
	Rest map[string]any `yaml:",inline"`
}

// Read reads a stack file. A file that does not exist reads as an empty one.
func Read(path string) (*File, error) {
	file := &File{}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return file, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading stack file: %w", err)
	}
	if err := yaml.Unmarshal(text, file); err != nil {
		return nil, fmt.Errorf("reading stack file %s: %w", path, err)
	}
	return file, nil
}

// isSecret reports whether a value is an encrypted one.
func isSecret(value any) bool {
	object, ok := value.(map[string]any)
	if !ok || len(object) != 1 {
		return false
	}
	_, ok = object["secure"]
	return ok
}

// Missing returns those of keys that have no value in the file at path.
func Missing(path string, keys []string) ([]string, error) {
	file, err := Read(path)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		_, ok := file.Config[key]
		return ok
	}), nil
}

// Sync makes the plain configuration of the file at into equal to that of the
// file at from, and keeps the secrets, the named keys and the encryption settings
// of into. It is how a stack is brought up in the sandbox without a change to the committed
// stack file.
func Sync(from, into string, keep ...string) error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("reading stack file: %w; a stack has a file Pulumi.<stack>.yaml", err)
	}
	source, err := Read(from)
	if err != nil {
		return err
	}
	target, err := Read(into)
	if err != nil {
		return err
	}
	merged := &File{Config: map[string]any{}, Rest: target.Rest}
	for key, value := range target.Config {
		if isSecret(value) || slices.Contains(keep, key) {
			merged.Config[key] = value
		}
	}
	for key, value := range source.Config {
		// A secret of the committed file is encrypted for another key.
		if !isSecret(value) {
			merged.Config[key] = value
		}
	}
	return write(into, merged)
}

// write replaces a file in one step, so that a run that is cut off leaves the old
// or the new file.
func write(path string, file *File) error {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(file); err != nil {
		return fmt.Errorf("writing stack file %s: %w", path, err)
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, b.Bytes()) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("writing stack file: %w", err)
	}
	part := path + ".part"
	if err := os.WriteFile(part, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("writing stack file: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("writing stack file: %w", err)
	}
	return nil
}

// Plain returns the plain configuration of a file as the engine would hand it to
// the program: scalars as text, structured values as JSON. Secrets are left out.
func (f *File) Plain() (map[string]string, error) {
	plain := map[string]string{}
	for key, value := range f.Config {
		if isSecret(value) {
			continue
		}
		switch v := value.(type) {
		case string:
			plain[key] = v
		case bool:
			plain[key] = strconv.FormatBool(v)
		case int:
			plain[key] = strconv.Itoa(v)
		default:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("reading configuration key %q: %w", key, err)
			}
			plain[key] = string(text)
		}
	}
	return plain, nil
}
