//go:build linux

package daemon

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// commandLine returns the command line of a process, or "" when there is no such
// process or it is a zombie.
func commandLine(pid int) string {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return ""
	}
	return string(bytes.ReplaceAll(raw, []byte{0}, []byte{' '}))
}

// alive reports whether the process exists and is more than a zombie. A process
// that is being killed first loses its command line, then its main thread becomes
// a zombie, and only when its last thread has ended are its sockets closed.
func alive(pid int) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	raw, err := os.ReadFile(filepath.Join(proc, "stat"))
	if err != nil {
		return false
	}
	threads, err := os.ReadDir(filepath.Join(proc, "task"))
	if err != nil {
		return false
	}
	// "pid (name) state ...", and the name may contain anything.
	state := bytes.TrimSpace(raw[bytes.LastIndexByte(raw, ')')+1:])
	zombie := len(state) > 0 && (state[0] == 'Z' || state[0] == 'X')
	return !zombie || len(threads) > 1
}
