package kube

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"k8s.io/client-go/kubernetes"
)

// Config is what a Manager needs to know. Dir and BinDir are required.
type Config struct {
	// Dir holds the clusters' data. It is created when missing, and one process at
	// a time may use it.
	Dir string
	// BinDir holds the programs etcd, kube-apiserver, kube-controller-manager,
	// kube-scheduler and kwok.
	BinDir string
	// Log receives what happens; nil discards it. It never gets a secret.
	Log *slog.Logger

	// Addons, if set, is called when a control plane is up, with the cluster's ID and a
	// client of it. It runs what DOKS runs in clusters until ctx ends.
	Addons func(ctx context.Context, id string, client kubernetes.Interface)
	// Network answers in the place of pods; nil leaves every Service unreachable.
	Network Network

	// Version is the DOKS version slug that nodes are labelled with, and from which
	// their kubelet version is derived. The default is DefaultVersion.
	Version string
	// DrainTimeout bounds the eviction of one node's pods; when it is over the node
	// goes all the same, as a Droplet does. The default is 30 s.
	DrainTimeout time.Duration
	// Unneeded is how long a node must have been idle before Advise removes it. The
	// cluster autoscaler's default, and thus DOKS's, is 10 min
	// (--scale-down-unneeded-time); the sandbox's is 1 min, because people wait.
	Unneeded time.Duration
	// StartTimeout bounds the start of one control plane. The default is 2 min: 2 s
	// are usual, and a busy laptop with a cold disk cache needs longer.
	StartTimeout time.Duration
}

// DefaultVersion is the DOKS version slug used when Config.Version is empty. Its
// Kubernetes version is the one the sandbox's programs are built from.
const DefaultVersion = "1.35.4-do.0"

// utilization is the share of requests below which a node may be removed: the
// cluster autoscaler's default for --scale-down-utilization-threshold.
const utilization = 0.5

var versionSlug = regexp.MustCompile(`^\d+\.\d+\.\d+(-do\.\d+)?$`)

// withDefaults checks the configuration, makes its paths absolute and fills in
// what was left out. The error names every field that is wrong.
func (c Config) withDefaults() (Config, error) {
	var problems []error
	absolute := func(field, path string) string {
		if path == "" {
			problems = append(problems, fmt.Errorf("%s is empty, want a directory", field))
			return ""
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s %q: %w", field, path, err))
		}
		return abs
	}
	c.Dir, c.BinDir = absolute("Dir", c.Dir), absolute("BinDir", c.BinDir)
	positive := func(field string, d *time.Duration, standard time.Duration) {
		if *d < 0 {
			problems = append(problems, fmt.Errorf("%s is %s, want a positive duration or 0 for %s", field, *d, standard))
		}
		if *d == 0 {
			*d = standard
		}
	}
	positive("DrainTimeout", &c.DrainTimeout, 30*time.Second)
	positive("Unneeded", &c.Unneeded, time.Minute)
	positive("StartTimeout", &c.StartTimeout, 2*time.Minute)
	if c.Version == "" {
		c.Version = DefaultVersion
	}
	if !versionSlug.MatchString(c.Version) {
		problems = append(problems, fmt.Errorf("field Version is %q, want a DOKS version slug such as %q", c.Version, DefaultVersion))
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := errors.Join(problems...); err != nil {
		return c, fmt.Errorf("kube configuration: %w", err)
	}
	return c, checkPrograms(c.BinDir)
}

// checkPrograms reports every program that is missing or not executable.
func checkPrograms(binDir string) error {
	var missing []string
	for _, name := range programs {
		info, err := os.Stat(filepath.Join(binDir, name))
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: no executable %s in %q; build with `make tools`", ErrNoProgram, strings.Join(missing, ", "), binDir)
	}
	return nil
}
