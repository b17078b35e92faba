//go:build live

// Package process starts real daemons for live tests, on free ports and in their own
// directories, and ends them with the test.
package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Process is a daemon and its children.
type Process struct {
	// Name is for messages, Log the file with its output.
	Name, Log string
	cmd       *exec.Cmd
	done      chan struct{}
	stop      sync.Once
}

// Start runs a program until the test ends. It fails the test when the program is
// missing: a live test is never skipped. The daemon's log is shown when the test fails.
func Start(t testing.TB, name string, o Options, program string, args ...string) *Process {
	t.Helper()
	Need(t, program)
	p := &Process{Name: name, Log: filepath.Join(t.TempDir(), name+".log"), done: make(chan struct{})}
	log, err := os.Create(p.Log)
	require.NoError(t, err)
	defer log.Close()
	p.cmd = exec.Command(program, args...)
	require.NoError(t, o.apply(p.cmd))
	p.cmd.Stdout, p.cmd.Stderr = log, log
	require.NoError(t, p.cmd.Start(), "starting %s", name)
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("end of the log of %s:\n%s", name, p.Tail(15))
		}
		p.Kill()
	})
	return p
}

// PID returns the process id of the daemon.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Signal sends a signal to the daemon and its children.
func (p *Process) Signal(s syscall.Signal) error { return syscall.Kill(-p.PID(), s) }

// Kill ends the daemon and its children as a lost machine does, and waits.
func (p *Process) Kill() { p.end(syscall.SIGKILL) }

// Stop asks the daemon to end, and kills it after 10 s.
func (p *Process) Stop() { p.end(syscall.SIGTERM) }

func (p *Process) end(s syscall.Signal) {
	p.stop.Do(func() {
		_ = p.Signal(s)
		select {
		case <-p.done:
		case <-time.After(10 * time.Second):
		}
		_ = p.Signal(syscall.SIGKILL)
		<-p.done
	})
}

// Running tells whether the daemon has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Tail returns the last lines of the log.
func (p *Process) Tail(lines int) string {
	text, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Need fails the test when a program is missing.
func Need(t testing.TB, program string) {
	t.Helper()
	_, err := exec.LookPath(program)
	require.NoError(t, err, "%s is missing: \"make live-data\" installs it", program)
}
