package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
)

// running is a command that runs.
type running struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	done   chan struct{}
	err    error
	dir    string
}

// begun starts a script in the environment of plain Pulumi commands. also hears what it
// prints.
func (c *campaign) begun(script string, also io.Writer) *running {
	c.t.Helper()
	run := &running{done: make(chan struct{}), dir: c.w.dir}
	attach := fmt.Sprintf("export PULUMI_DEBUG_PROVIDERS=digitalocean:%d", c.wire.port())
	run.cmd = exec.Command("bash", "-c", `eval "$(`+c.w.tool("gomeet-sandbox")+` env --stack `+c.stack+`)" && `+attach+` && exec `+script)
	run.cmd.Dir = c.w.root
	run.cmd.Env = append(c.w.env, "TMPDIR="+filepath.Join(c.w.dir, "tmp"))
	out := io.MultiWriter(&run.output, also)
	run.cmd.Stdout, run.cmd.Stderr = out, out
	run.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(c.t, run.cmd.Start())
	go func() {
		run.err = run.cmd.Wait()
		close(run.done)
	}()
	return run
}

func (c *campaign) start(what operation) *running { return c.begun(c.script(what), c) }

// wait waits for the end of the command, and ends one that hangs.
func (r *running) wait() (string, error) {
	select {
	case <-r.done:
	case <-time.After(limit):
		r.killAll()
		<-r.done
		return r.output.String(), fmt.Errorf("it had not ended after %s: %w", limit, r.err)
	}
	return r.output.String(), r.err
}

// ended says that the command is over.
func (r *running) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// kill kills the run's processes of a name, and returns how many there were.
func (r *running) kill(name string) int { return killMarked(r.dir, name) }

// killAll kills the whole run, of which there is always something.
func (r *running) killAll() bool {
	_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
	r.kill("pulumi")
	return true
}

// killMarked kills the processes of a name that were started for the sandbox in dir, and
// returns their number.
// The engine gives its plugins process groups of their own, but all inherit the
// environment.
func killMarked(dir, name string) (killed int) {
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, entry := range entries {
		environment, err := os.ReadFile(filepath.Join(entry, "environ"))
		if err != nil || !bytes.Contains(environment, []byte("GOMEET_SANDBOX_DIR="+dir+"\x00")) {
			continue
		}
		command, err := os.ReadFile(filepath.Join(entry, "cmdline"))
		program, _, _ := strings.Cut(string(command), "\x00")
		if pid, bad := strconv.Atoi(filepath.Base(entry)); err == nil && bad == nil && strings.HasPrefix(filepath.Base(program), name) {
			if syscall.Kill(pid, syscall.SIGKILL) == nil {
				killed++
			}
		}
	}
	return killed
}

// shell runs a script to its end.
func (c *campaign) shell(script string) (string, error) {
	c.t.Helper()
	return c.begun(script, c).wait()
}

// must is shell for what must succeed, and may print secrets.
func (c *campaign) must(script string) string {
	c.t.Helper()
	output, err := c.begun(script, io.Discard).wait()
	require.NoError(c.t, err, "%s:\n%s", script, output)
	return output
}

// command runs an operation's command and notes what the stack then has.
func (c *campaign) command(what operation) (string, error) {
	c.t.Helper()
	output, err := c.start(what).wait()
	c.deployed = map[operation]string{create: c.base, change: c.changed, destroy: "", abandon: c.base}[what]
	if err != nil {
		c.deployed = "half"
	}
	return output, err
}

// again runs the command that follows the recovery: the same one, or the one that gives up.
func (c *campaign) again(what operation) (string, error) {
	c.t.Helper()
	if what == abandon {
		return c.command(destroy)
	}
	return c.command(what)
}

func (c *campaign) recovery() string { return "gomeet recover --stack " + c.stack }

// mustRecover runs the command that the documentation names, or what "make up" and "make
// down" run, which looks for signs of an accident first.
func (c *campaign) mustRecover(random *rand.Rand) {
	c.t.Helper()
	script := c.recovery()
	if random.IntN(2) == 0 {
		script += " --if-interrupted"
	}
	output, err := c.shell(script)
	require.NoError(c.t, err, output)
	c.t.Log(strings.TrimSpace(output))
}

// cutOffRecovery kills the recovery as well: it can be run again.
func (c *campaign) cutOffRecovery(random *rand.Rand) {
	c.t.Helper()
	run := c.begun(c.recovery(), c)
	select {
	case <-run.done:
	case <-time.After(time.Duration(random.Int64N(int64(10 * time.Second)))):
		run.killAll()
		<-run.done
		c.t.Log("the recovery was killed, too")
	}
	c.calm()
}
