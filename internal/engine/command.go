package engine

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// goodbye is how long a command may take to end after it was asked to. The Automation API
// gives Pulumi ten seconds; a state of megabytes in a bucket takes longer.
const goodbye = 30 * time.Second

// Command prepares a command that writes something: when ctx ends it is interrupted, and not
// killed, so that it finishes what it writes and takes its lock away. The terminal's own
// signal does not reach it beside that one: Pulumi takes a second one for impatience.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, args...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = goodbye
	return command
}
