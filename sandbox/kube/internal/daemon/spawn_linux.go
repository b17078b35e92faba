//go:build linux

package daemon

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// The kernel sends the parent-death signal when the THREAD that forked the child
// ends, not when the process does, and the Go runtime ends threads as it likes.
// So all children are started by one goroutine that is locked to one thread and
// never returns: that thread lives exactly as long as this process.
var forks = sync.OnceValue(func() chan<- fork {
	requests := make(chan fork)
	go func() {
		runtime.LockOSThread()
		for f := range requests {
			f.result <- f.cmd.Start()
		}
	}()
	return requests
})

type fork struct {
	cmd    *exec.Cmd
	result chan error
}

// spawn starts cmd in a process group of its own, so that Ctrl-C in a terminal
// reaches only this process, which then stops its children in order; and with a
// parent-death signal, so that kill -9 of this process ends them too.
func spawn(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	f := fork{cmd: cmd, result: make(chan error, 1)}
	forks() <- f
	return <-f.result
}
