package daemon

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// ErrLocked means that another process holds the lock.
var ErrLocked = errors.New("already locked")

// Lock takes an exclusive lock on a file, creating it, and writes the own process
// id into it. The kernel drops the lock when this process ends, however it ends,
// and children do not inherit it. The error wraps ErrLocked, and names the
// holder, when another process has it. Close the returned file to unlock.
func Lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock file %q: %w", path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			holder, _ := os.ReadFile(path) // only to name it
			return nil, fmt.Errorf("%w by process %s", ErrLocked, strings.TrimSpace(string(holder)))
		}
		return nil, fmt.Errorf("locking %q: %w", path, err)
	}
	if err := holdAs(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("writing the lock file %q: %w", path, err)
	}
	return f, nil
}

func holdAs(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := fmt.Fprintln(f, os.Getpid())
	return err
}
