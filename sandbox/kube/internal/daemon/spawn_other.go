//go:build unix && !linux

package daemon

import (
	"os/exec"
	"syscall"
)

// spawn starts cmd in a process group of its own, so that Ctrl-C in a terminal
// reaches only this process, which then stops its children in order. This system
// has no parent-death signal: after kill -9 the children live until Reap.
func spawn(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd.Start()
}
