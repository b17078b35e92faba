//go:build unix && !linux

package daemon

import (
	"os/exec"
	"strconv"
	"strings"
)

// commandLine returns the command line of a process, or "" when there is no such
// process.
func commandLine(pid int) string {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// alive reports whether the process exists and is not a zombie.
func alive(pid int) bool {
	out, err := exec.Command("ps", "-o", "state=", "-p", strconv.Itoa(pid)).Output()
	state := strings.TrimSpace(string(out))
	return err == nil && state != "" && !strings.HasPrefix(state, "Z")
}
