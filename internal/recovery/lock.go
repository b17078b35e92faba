package recovery

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Lock is who holds a stack in a backend that is a folder (file://): the lock files of
// Pulumi's own format.
type Lock struct {
	PID       int       `json:"pid"`
	Username  string    `json:"username"`
	Hostname  string    `json:"hostname"`
	Timestamp time.Time `json:"timestamp"`
}

// ErrRunning means that another run holds the stack.
type ErrRunning struct{ Lock Lock }

func (e ErrRunning) Error() string {
	return fmt.Sprintf("the stack is in use since %s by process %d of %s on %s: wait for it, or end it; "+
		"if that machine is gone, run \"pulumi cancel\"",
		e.Lock.Timestamp.Format(time.RFC3339), e.Lock.PID, e.Lock.Username, e.Lock.Hostname)
}

// lockFolder is where a backend that is a folder keeps a stack's locks; "" for others.
func lockFolder(backend, project, stack string) string {
	root := stateFolder(backend)
	if root == "" {
		return ""
	}
	return filepath.Join(root, ".pulumi", "locks", "organization", project, stack)
}

// Locks reads the locks of a stack. Backends other than a folder answer none: their
// locks end with "pulumi cancel" or by the service itself.
func Locks(backend, project, stack string) ([]Lock, error) {
	folder := lockFolder(backend, project, stack)
	if folder == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the stack's locks: %w", err)
	}
	var locks []Lock
	for _, entry := range entries {
		// The folder's notes (.attrs) are no locks. What was cut off while it was written
		// (.tmp) is one to Pulumi.
		if strings.HasSuffix(entry.Name(), ".attrs") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // its run ended just now
		}
		if err != nil {
			return nil, fmt.Errorf("reading the stack's locks: %w", err)
		}
		var lock Lock
		// A lock that was cut off while it was written is nobody's: it names no process.
		if err := json.Unmarshal(text, &lock); err != nil {
			lock = Lock{}
		}
		locks = append(locks, lock)
	}
	return locks, nil
}

// Held reports whether the lock's process lives. One of another machine counts as alive:
// nothing here can know.
func (l Lock) Held() bool {
	if l.PID == 0 {
		return false
	}
	if host, err := os.Hostname(); err != nil || host != l.Hostname {
		return true
	}
	// Signal 0 asks whether the process exists. EPERM is a living process of another user.
	err := syscall.Kill(l.PID, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
