package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/natefinch/atomic"
)

// reapTimeout bounds the wait for a killed process to disappear. The kernel
// needs milliseconds; more means that the process hangs in the kernel.
// dyingTimeout bounds it for a process without a command line, which may also be
// a thread of the kernel that got the id after a reboot and never ends.
const reapTimeout, dyingTimeout = 10 * time.Second, 2 * time.Second

func writePid(path string, pid int) error {
	if err := atomic.WriteFile(path, strings.NewReader(strconv.Itoa(pid)+"\n")); err != nil {
		return fmt.Errorf("writing the pid file %q: %w", path, err)
	}
	return nil
}

// Reap kills the programs of an earlier run that the pid files (*.pid) in pidDir
// name, waits until they are gone and removes the pid files. A process counts as
// one of them only when its command line names a file below owner, an absolute
// directory: process ids are used again, and a stranger's must not be killed.
// It returns the number of processes killed. A missing pidDir is not an error.
func Reap(pidDir, owner string) (int, error) {
	files, err := filepath.Glob(filepath.Join(pidDir, "*.pid"))
	if err != nil {
		return 0, fmt.Errorf("listing pid files in %q: %w", pidDir, err)
	}
	killed := 0
	for _, file := range files {
		found, err := reapOne(file, owner)
		if err != nil {
			return killed, err
		}
		if found {
			killed++
		}
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return killed, fmt.Errorf("removing the pid file %q: %w", file, err)
		}
	}
	return killed, nil
}

func reapOne(file, owner string) (bool, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return false, fmt.Errorf("reading the pid file %q: %w", file, err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil || pid <= 1 {
		return false, nil // not a pid we can have written: nothing to kill
	}
	line := commandLine(pid)
	if line != "" && !strings.Contains(line, filepath.Clean(owner)+string(filepath.Separator)) {
		return false, nil // the id belongs to a stranger now
	}
	if line == "" {
		// Nobody, or ours and dying: its sockets may still be open.
		gone(pid, dyingTimeout)
		return false, nil
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return false, fmt.Errorf("killing process %d left over from an earlier run (pid file %q): %w", pid, file, err)
	}
	if !gone(pid, reapTimeout) {
		return true, fmt.Errorf("process %d left over from an earlier run is still there %s after SIGKILL; end it by hand", pid, reapTimeout)
	}
	return true, nil
}

// gone waits until the process has ended and reports whether it has.
func gone(pid int, timeout time.Duration) bool {
	for deadline := time.Now().Add(timeout); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}
