package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// How fast an exited program is started again: at once at first, because a
// control plane is useless without it, then ever more slowly, so that a program
// that cannot work does not eat the machine. Chosen, not measured.
const (
	firstRestart = 200 * time.Millisecond
	lastRestart  = 10 * time.Second
	// steady is how long a program must have run for its next failure to count as
	// the first one.
	steady = 30 * time.Second
)

// Daemon is one supervised program.
type Daemon struct {
	spec   Spec
	log    *slog.Logger
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{}

	mu       sync.Mutex
	process  *os.Process
	failures int
	lastErr  error
}

// Start begins to supervise the program and returns at once; a program that
// cannot be started shows in Failures.
func Start(spec Spec, log *slog.Logger) *Daemon {
	ctx, cancel := context.WithCancel(context.Background())
	d := &Daemon{
		spec:   spec,
		log:    log.With("program", spec.Name),
		ctx:    ctx,
		cancel: cancel,
		done:   make(chan struct{}),
	}
	go d.supervise()
	return d
}

// Failures returns how often in a row the program exited or could not be
// started, and the last reason.
func (d *Daemon) Failures() (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failures, d.lastErr
}

// Name returns the program's name.
func (d *Daemon) Name() string { return d.spec.Name }

// LogFile returns the path of the file that receives the program's output.
func (d *Daemon) LogFile() string { return d.spec.LogFile }

// PID returns the process id, or 0 while the program is not running.
func (d *Daemon) PID() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.process == nil {
		return 0
	}
	return d.process.Pid
}

// Stop asks the program to end, kills it when it has not done so within grace,
// and returns when it is gone. Stopping twice is harmless.
func (d *Daemon) Stop(grace time.Duration) {
	d.cancel()
	d.signal(syscall.SIGTERM)
	select {
	case <-d.done:
		return
	case <-time.After(grace):
	}
	d.log.Warn("killing a program that did not stop in time", "grace", grace)
	d.signal(syscall.SIGKILL)
	<-d.done
}

func (d *Daemon) signal(sig syscall.Signal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.process != nil {
		_ = d.process.Signal(sig) // it may have exited a moment ago
	}
}

func (d *Daemon) supervise() {
	defer close(d.done)
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval, pause.Multiplier = firstRestart, lastRestart, 2
	for {
		began := time.Now()
		err := d.runOnce()
		if d.ctx.Err() != nil {
			return
		}
		d.mu.Lock()
		if time.Since(began) > steady {
			d.failures = 0
			pause.Reset()
		}
		d.failures++
		d.lastErr = err
		d.mu.Unlock()
		wait := pause.NextBackOff()
		d.log.Warn("program exited, starting it again", "reason", err, "after", wait.Round(time.Millisecond), "log", d.spec.LogFile)
		select {
		case <-d.ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// runOnce starts the program and returns when it has exited, never with nil.
func (d *Daemon) runOnce() error {
	if d.spec.BeforeStart != nil {
		if err := d.spec.BeforeStart(d.ctx); err != nil {
			return fmt.Errorf("preparing %s: %w", d.spec.Name, err)
		}
	}
	log, err := openLog(d.spec.LogFile)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(d.spec.Path, d.spec.Args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = d.spec.Env, d.spec.Dir, log, log
	if err := d.launch(cmd); err != nil {
		return fmt.Errorf("starting %s: %w", d.spec.Name, err)
	}
	err = cmd.Wait()
	d.mu.Lock()
	d.process = nil
	d.mu.Unlock()
	_ = os.Remove(d.spec.PidFile) // Reap copes with a stale one
	if err == nil {
		err = errors.New("exit status 0")
	}
	return err
}

// launch starts cmd unless Stop was called; the lock makes sure that Stop either
// prevents the start or sees the process.
func (d *Daemon) launch(cmd *exec.Cmd) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.ctx.Err(); err != nil {
		return err
	}
	if err := spawn(cmd); err != nil {
		return err
	}
	d.process = cmd.Process
	if err := writePid(d.spec.PidFile, cmd.Process.Pid); err != nil {
		// Without its pid file the child could outlive us unseen.
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		d.process = nil
		return err
	}
	return nil
}
