package sandboxd

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
	"github.com/natefinch/atomic"
)

// Dir is the directory that holds one sandbox: its clouds' data, the Pulumi state
// of the stacks in it, and their generated secrets.
type Dir string

// Paths below the directory.
func (d Dir) path(name string) string { return filepath.Join(string(d), name) }

// Log is the file the background process writes to.
func (d Dir) Log() string { return d.path("sandbox.log") }

// Pid is the file with the process id of the running sandbox.
func (d Dir) Pid() string { return d.path("sandbox.pid") }

// State is the folder of Pulumi's file backend.
func (d Dir) State() string { return d.path("state") }

// Passphrase is the file that encrypts the stacks' secrets.
func (d Dir) Passphrase() string { return d.path("passphrase") }

// clusters is the folder of the control planes.
func (d Dir) clusters() string { return d.path("clusters") }

// StackFile is the sandbox's own copy of a stack's configuration.
func (d Dir) StackFile(stack string) string {
	return filepath.Join(d.path("config"), "Pulumi."+stack+".yaml")
}

// settingsFile keeps the ports, so that every later command finds them.
const settingsFile = "ports.json"

// Ports returns the ports of the last start, or the defaults.
func (d Dir) Ports() (Ports, error) {
	text, err := os.ReadFile(d.path(settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return DefaultPorts, nil
	}
	if err != nil {
		return Ports{}, fmt.Errorf("reading the sandbox's ports: %w", err)
	}
	ports := DefaultPorts
	if err := json.Unmarshal(text, &ports); err != nil {
		return Ports{}, fmt.Errorf("reading the sandbox's ports from %s: %w", d.path(settingsFile), err)
	}
	return ports, nil
}

// Prepare makes the directory, its state folder and its passphrase. What exists
// stays.
func (d Dir) Prepare() error {
	for _, folder := range []string{d.State(), d.path("config")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("preparing the sandbox's directory: %w", err)
		}
	}
	if _, err := os.Stat(d.Passphrase()); errors.Is(err, fs.ErrNotExist) {
		if err := writeFile(d.Passphrase(), rand.Text()); err != nil {
			return fmt.Errorf("creating the passphrase: %w", err)
		}
	}
	return nil
}

// keep writes down the ports of a running sandbox.
func (d Dir) keep(ports Ports) error {
	text, err := json.Marshal(ports)
	if err != nil {
		return fmt.Errorf("keeping the sandbox's ports: %w", err)
	}
	return writeFile(d.path(settingsFile), string(text))
}

// writeFile writes a private file in one step.
func writeFile(path, text string) error {
	if err := atomic.WriteFile(path, strings.NewReader(text+"\n")); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return os.Chmod(path, 0o600)
}

// lock is held by the running sandbox. The kernel drops it when the process ends,
// however it ends, so it tells a running sandbox from a dead one for certain; a
// process id alone may be another program's by now.
func (d Dir) lock() *flock.Flock {
	return flock.New(d.path("sandbox.lock"), flock.SetPermissions(0o600))
}

// Running reports whether a sandbox runs in the directory.
func (d Dir) Running() bool {
	if _, err := os.Stat(string(d)); err != nil {
		return false
	}
	lock := d.lock()
	free, err := lock.TryRLock()
	if free {
		_ = lock.Unlock()
	}
	return err == nil && !free
}

// Process returns the id in the pid file, or 0 when there is none.
func (d Dir) Process() int {
	text, err := os.ReadFile(d.Pid())
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return 0
	}
	return pid
}

// Died reports whether a sandbox ended without cleaning up after itself.
func (d Dir) Died() bool { return !d.Running() && d.Process() != 0 }

// Remove deletes everything that a sandbox keeps in the directory, and the
// directory when nothing else is in it: a directory named by mistake keeps its own.
func (d Dir) Remove() error {
	if d.Running() {
		return fmt.Errorf("the sandbox in %s is running; stop it first", d)
	}
	for _, name := range []string{
		"clusters", "spaces", "state", "config", "cloud.db", "passphrase", settingsFile,
		"requests.jsonl", "sandbox.log", "sandbox.pid", "sandbox.lock",
	} {
		if err := os.RemoveAll(d.path(name)); err != nil {
			return fmt.Errorf("deleting the sandbox's data: %w", err)
		}
	}
	if left, err := os.ReadDir(string(d)); err != nil || len(left) > 0 {
		return nil
	}
	return os.Remove(string(d))
}
