package recovery

import (
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"time"
)

// Hold locks a stack as a run of Pulumi would, until release is called: a run that began
// while recovery looks around would make things that recovery takes for what a dead run left.
// Pulumi's commands refuse the lock too, so it must be released for those that write. It
// returns ErrRunning when somebody else holds the stack. Backends other than a folder are
// not locked: held is false.
func Hold(backend, project, stack string) (release func(), held bool, err error) {
	folder := lockFolder(backend, project, stack)
	if folder == "" {
		return func() {}, false, nil
	}
	// Like Pulumi: look, write, look again. Of two that write at the same time both give way.
	if err := refused(backend, project, stack, 0); err != nil {
		return nil, false, err
	}
	path, err := writeLock(folder)
	if err != nil {
		return nil, false, fmt.Errorf("locking the stack: %w", err)
	}
	release = func() { _ = os.Remove(path) }
	if err := refused(backend, project, stack, 1); err != nil {
		release()
		return nil, false, err
	}
	return release, true, nil
}

// refused returns an error when there are more locks than one's own.
func refused(backend, project, stack string, own int) error {
	locks, err := Locks(backend, project, stack)
	if err != nil || len(locks) <= own {
		return err
	}
	for _, lock := range locks {
		if lock.PID != os.Getpid() {
			return ErrRunning{Lock: lock}
		}
	}
	return ErrRunning{Lock: locks[0]}
}

// writeLock writes a lock of this process in one step, and returns its path.
func writeLock(folder string) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", err
	}
	who, err := user.Current()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(Lock{PID: os.Getpid(), Username: who.Username, Hostname: host, Timestamp: time.Now()})
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	name := fmt.Sprintf("gomeet-recover-%s-%d.json", host, os.Getpid())
	// In the folder itself a half-written file would be a lock already.
	part := filepath.Join(filepath.Dir(folder), name+".part")
	defer os.Remove(part)
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return "", err
	}
	path := filepath.Join(folder, name)
	return path, os.Rename(part, path)
}
