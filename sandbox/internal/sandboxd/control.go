package sandboxd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/gomeet/infra/sandbox/kube"
)

const (
	// startTimeout bounds the wait for a started sandbox: its control planes resume
	// in the background, so this is only the time to open the stores. Generous,
	// because a laptop may be busy with a build.
	startTimeout = time.Minute
	// stopTimeout bounds a graceful stop; control planes need about a second each.
	stopTimeout = time.Minute
	// killTimeout bounds the wait for a killed process to disappear.
	killTimeout = 10 * time.Second
	// exitTimeout bounds the wait for a process that has given up its lock: what is
	// left of it may be a zombie that nobody collects.
	exitTimeout = 2 * time.Second
	// look is the time between two looks at something that is waited for.
	look = 50 * time.Millisecond
)

// Start starts a sandbox in the background and waits until it answers. A sandbox
// that runs already is left alone, unless it has other ports than the wanted ones:
// that is an error.
func Start(ctx context.Context, dir Dir, ports Ports, tools string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if dir.Running() {
		has, err := dir.Ports()
		if err != nil {
			return err
		}
		if has != ports {
			return fmt.Errorf("the sandbox in %s runs already, on the ports %d, %d and %d; to change them, stop it first",
				dir, has.API, has.Spaces, has.Provider)
		}
		return wait(ctx, func() error { return Healthy(ctx, ports) })
	}
	if err := dir.Prepare(); err != nil {
		return err
	}
	output, err := openLog(dir.Log())
	if err != nil {
		return err
	}
	defer output.Close()
	begin, err := output.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("opening the sandbox's log: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding the sandbox's own program: %w", err)
	}
	serve := exec.Command(self, "serve", "--dir", string(dir), "--tools", tools,
		"--api-port", strconv.Itoa(ports.API), "--spaces-port", strconv.Itoa(ports.Spaces),
		"--provider-port", strconv.Itoa(ports.Provider))
	serve.Stdout, serve.Stderr = output, output
	// A session of its own: closing the terminal does not end the sandbox.
	serve.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := serve.Start(); err != nil {
		return fmt.Errorf("starting the sandbox: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait() }()
	err = wait(ctx, func() error {
		select {
		case end := <-ended:
			if reason := strings.TrimPrefix(lastLine(dir.Log(), begin), "gomeet-sandbox: "); reason != "" {
				return backoff.Permanent(errors.New(reason))
			}
			return backoff.Permanent(fmt.Errorf("it ended without a word (%w)", end))
		default:
			// Another sandbox may answer at the ports that this one wants.
			if dir.Process() != serve.Process.Pid {
				return errors.New("it has not opened its ports yet")
			}
			return Healthy(ctx, ports)
		}
	})
	if err != nil {
		return fmt.Errorf("the sandbox did not start: %w (its log is %s)", err, dir.Log())
	}
	return nil
}

// Stop ends the sandbox and everything it started, in good order if it can and by
// force if it must, and waits until all of it is gone. A sandbox that is not
// running is not an error; what a dead one left running is ended too.
func Stop(ctx context.Context, dir Dir, tools string) error {
	pid := dir.Process()
	if !dir.Running() {
		if pid == 0 {
			return nil
		}
		return dir.bury(tools)
	}
	if pid == 0 {
		return fmt.Errorf("a sandbox runs in %s, but has not yet said who it is; try again in a moment", dir)
	}
	gone := func() error {
		if dir.Running() {
			return fmt.Errorf("process %d still runs", pid)
		}
		return nil
	}
	if err := signal(pid, syscall.SIGTERM); err != nil {
		return err
	}
	grace, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if wait(grace, gone) != nil {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopping the sandbox (process %d): %w", pid, err)
		}
		if err := signal(pid, syscall.SIGKILL); err != nil {
			return err
		}
		grace, cancel := context.WithTimeout(ctx, killTimeout)
		defer cancel()
		if err := wait(grace, gone); err != nil {
			return fmt.Errorf("killing the sandbox: %w; end it by hand", err)
		}
	}
	exit, cancel := context.WithTimeout(ctx, exitTimeout)
	defer cancel()
	_ = wait(exit, func() error {
		if syscall.Kill(pid, 0) == nil {
			return fmt.Errorf("process %d still exists", pid)
		}
		return nil
	})
	if dir.Died() {
		return dir.bury(tools)
	}
	return nil
}

// bury ends the programs that a dead sandbox left running, which can happen on
// macOS, and removes its pid file.
func (d Dir) bury(tools string) error {
	if _, err := os.Stat(d.clusters()); err == nil {
		planes, err := kube.New(kube.Config{Dir: d.clusters(), BinDir: tools})
		if err != nil {
			return fmt.Errorf("ending what a dead sandbox left running: %w", err)
		}
		if err := planes.Close(); err != nil {
			return fmt.Errorf("ending what a dead sandbox left running: %w", err)
		}
	}
	return os.Remove(d.Pid())
}

func signal(pid int, what syscall.Signal) error {
	if err := syscall.Kill(pid, what); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("sending %s to the sandbox (process %d): %w", what, pid, err)
	}
	return nil
}

// wait asks again and again until there is no error, a permanent one, or no time.
func wait(ctx context.Context, ask func() error) error {
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		last = ask()
		return struct{}{}, last
	}, backoff.WithBackOff(backoff.NewConstantBackOff(look)), backoff.WithMaxElapsedTime(0))
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), last)
	}
	return err
}
