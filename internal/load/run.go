package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// ErrMissed says that the test ran, and that the deployment missed a target.
var ErrMissed = errors.New("a target was missed; the lines above say which, and by how much")

// thresholdsCrossed is k6's exit code for that (go.k6.io/k6/errext/exitcodes).
const thresholdsCrossed = 99

// stopTime bounds how long k6 may take to end its users after an interrupt.
var stopTime = 15 * time.Second

// arguments of k6 before the script: no bar of progress, and no port to be steered by.
var arguments = []string{"run", "--quiet", "--address", ""}

// Run runs the test with a k6, whose report goes to out, and ends a k6 that does not end. Secrets come from this process's
// environment (TOKEN; LIVEKIT_API_KEY and LIVEKIT_API_SECRET), which arguments are no place for.
func (s Spec) Run(ctx context.Context, k6 string, out io.Writer) error {
	if err := s.Validate(); err != nil {
		return err
	}
	names, needed := s.Test.secrets()
	for _, name := range names {
		if needed && os.Getenv(name) == "" {
			return fmt.Errorf("%s: %q: must be in the environment for the %s test", name, "", s.Test)
		}
	}
	directory, err := os.MkdirTemp("", "gomeet-load-")
	if err != nil {
		return fmt.Errorf("a directory for k6's scripts: %w", err)
	}
	defer os.RemoveAll(directory)
	scripts, err := Scripts()
	if err != nil {
		return err
	}
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("writing k6's scripts: %w", err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.deadline(), fmt.Errorf(
		"k6 did not end within %s: ramp, duration, %s to begin and %s to close", s.deadline(), startTime, closeTime))
	defer cancel()
	cmd := exec.CommandContext(ctx, k6, append(append([]string{}, arguments...), filepath.Join(directory, s.Test.Script()))...)
	cmd.Env = os.Environ()
	for _, v := range s.environment() {
		cmd.Env = append(cmd.Env, v.name+"="+v.value)
	}
	cmd.Stdout, cmd.Stderr = out, out
	// Interrupted, k6 ends its users and reports on what it has. In a group of its own it
	// does not hear the terminal as well: a second signal would end it at once.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = stopTime
	var ended *exec.ExitError
	switch err := cmd.Run(); {
	case ctx.Err() != nil:
		return fmt.Errorf("the %s test: %w", s.Test, context.Cause(ctx))
	case errors.As(err, &ended) && ended.ExitCode() == thresholdsCrossed:
		return ErrMissed
	case err != nil:
		return fmt.Errorf("k6, the %s test: %w", s.Test, err)
	}
	return nil
}
