package live

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a daemon may take for anything a test waits for. It bounds a
// hang; no test measures it.
const patience = 60 * time.Second

// outputShown is how many bytes of a daemon's output a failed test shows.
const outputShown = 8 << 10

// Process is a daemon that ends with its test.
type Process struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	log  string
	done chan struct{}
	err  error
}

// Start starts a daemon with extra environment variables ("KEY=value"). The end of
// its output is shown when the test fails.
func Start(t *testing.T, env []string, path string, args ...string) *Process {
	t.Helper()
	p := &Process{t: t, name: filepath.Base(path), cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.log = filepath.Join(t.TempDir(), p.name+".log")
	output, err := os.Create(p.log)
	if err != nil {
		t.Fatalf("starting %s: %v", p.name, err)
	}
	defer output.Close()
	p.cmd.Stdout, p.cmd.Stderr = output, output
	p.cmd.Env = append(os.Environ(), env...)
	// A group of its own, so that its children end with it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", p.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *Process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
	if p.t.Failed() {
		text := p.Log()
		p.t.Logf("end of the output of %s:\n%s", p.name, text[max(0, len(text)-outputShown):])
	}
}

// Signal sends a signal to the daemon.
func (p *Process) Signal(signal os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		p.t.Fatalf("signalling %s: %v", p.name, err)
	}
}

// Log returns what the daemon has written so far.
func (p *Process) Log() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

// PID returns the daemon's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Running says whether the daemon has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Ended waits until the daemon has ended by itself, and returns the error it ended
// with. It fails the test when the daemon goes on.
func (p *Process) Ended() error {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("%s still runs after %s", p.name, patience)
	}
	return p.err
}

// Refused waits until the daemon has ended with an error, and returns what it wrote.
func (p *Process) Refused() string {
	p.t.Helper()
	if p.Ended() == nil {
		p.t.Fatalf("%s ended without an error; it should have refused to start", p.name)
	}
	return p.Log()
}

// Until waits until check returns nil. It fails the test when the daemon ends first,
// or with check's last error.
func (p *Process) Until(what string, check func() error) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-p.done:
			p.t.Fatalf("%s ended before %s: %v", p.name, what, p.err)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: not %s after %s: %v", p.name, what, patience, err)
		}
	}
}
