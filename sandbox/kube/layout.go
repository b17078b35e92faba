package kube

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/natefinch/atomic"
)

// layout knows where a cluster's files are. It is the cluster's directory.
type layout string

func (l layout) path(elem ...string) string {
	return filepath.Join(append([]string{string(l)}, elem...)...)
}

func (l layout) pki(name string) string { return l.path("pki", name) }
func (l layout) kubeconfig() string     { return l.path("kubeconfig") }
func (l layout) tokens() string         { return l.path("tokens.csv") }
func (l layout) ports() string          { return l.path("ports.json") }
func (l layout) pidDir() string         { return l.path("run") }

// create makes the directories, readable by the owner only: they hold secrets.
func (l layout) create() error {
	for _, dir := range []string{"pki", "etcd", "log", "run"} {
		if err := os.MkdirAll(l.path(dir), 0o700); err != nil {
			return fmt.Errorf("creating the cluster's directory: %w", err)
		}
	}
	return nil
}

// writeFile replaces the file in one step, so that a crash leaves the old or the
// new content and never half of it. New files get mode 0600.
func writeFile(path string, content []byte) error {
	if err := atomic.WriteFile(path, bytes.NewReader(content)); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}
