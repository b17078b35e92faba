package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"
)

// commands are what an operator types.
var commands = map[operation]string{
	create:  "pulumi up --yes --skip-preview --stack dev --non-interactive",
	change:  "pulumi up --yes --skip-preview --stack dev --non-interactive",
	destroy: "pulumi destroy --yes --skip-preview --stack dev --non-interactive",
}

// running is a command that runs.
type running struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	done   chan struct{}
	err    error
	dir    string
}

// begun starts a script in the environment of plain Pulumi commands.
func (c *campaign) begun(script string) *running {
	c.t.Helper()
	run := &running{done: make(chan struct{}), dir: c.w.dir}
	run.cmd = exec.Command("bash", "-c", `eval "$(`+c.w.tool("gomeet-sandbox")+` env --stack dev)" && exec `+script)
	run.cmd.Dir = c.w.root
	run.cmd.Env = append(c.w.env, "PATH="+filepath.Join(c.w.dir, "shim")+":"+c.w.tool("")+":"+os.Getenv("PATH"))
	run.cmd.Stdout, run.cmd.Stderr = &run.output, &run.output
	run.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(c.t, run.cmd.Start())
	go func() {
		run.err = run.cmd.Wait()
		close(run.done)
	}()
	return run
}

func (c *campaign) start(what operation) *running { return c.begun(commands[what]) }

func (r *running) wait() (string, error) {
	<-r.done
	return r.output.String(), r.err
}

// kill kills the whole run, or only its processes of a name.
func (r *running) kill(name string) {
	if name == "" {
		_ = syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
		name = "pulumi"
	}
	killMarked(r.dir, name)
}

// killMarked kills the processes of a name that were started for the sandbox in dir.
// The engine gives its plugins process groups of their own, but all inherit the
// environment.
func killMarked(dir, name string) {
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, entry := range entries {
		environment, err := os.ReadFile(filepath.Join(entry, "environ"))
		if err != nil || !bytes.Contains(environment, []byte("GOMEET_SANDBOX_DIR="+dir+"\x00")) {
			continue
		}
		command, err := os.ReadFile(filepath.Join(entry, "cmdline"))
		program, _, _ := strings.Cut(string(command), "\x00")
		if pid, bad := strconv.Atoi(filepath.Base(entry)); err == nil && bad == nil && strings.HasPrefix(filepath.Base(program), name) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// shell runs a script to its end.
func (c *campaign) shell(script string) (string, error) {
	c.t.Helper()
	return c.begun(script).wait()
}

// must is shell for what must succeed.
func (c *campaign) must(script string) string {
	c.t.Helper()
	output, err := c.shell(script)
	require.NoError(c.t, err, "%s:\n%s", script, output)
	return output
}

// command runs an operation's command and notes what the stack then has.
func (c *campaign) command(what operation) (string, error) {
	c.t.Helper()
	output, err := c.start(what).wait()
	c.deployed = map[operation]string{create: c.base, change: c.changed, destroy: ""}[what]
	if err != nil {
		c.deployed = "half"
	}
	return output, err
}
