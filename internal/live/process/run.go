//go:build live

package process

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Options are how to run a daemon.
type Options struct {
	// Dir is the working directory, Env its whole environment besides PATH.
	Dir string
	Env []string
	// User runs it as another user; empty is the test's own. It needs root.
	User string
}

func (o Options) apply(cmd *exec.Cmd) error {
	cmd.Dir = o.Dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, o.Env...)
	// A group of its own: signals reach the daemon's children too. Pdeathsig: nothing
	// outlives a test binary that is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if o.User == "" {
		return nil
	}
	uid, gid, err := ids(o.User)
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	return err
}

func ids(name string) (uid, gid uint32, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, err
	}
	_, err = fmt.Sscan(u.Uid+" "+u.Gid, &uid, &gid)
	return uid, gid, err
}

// Give makes a user the owner of a directory and all that is in it.
func Give(t testing.TB, dir, name string) {
	t.Helper()
	uid, gid, err := ids(name)
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(uid), int(gid))
	}))
}

// Script runs one of our scripts to its end and returns what it printed.
func Script(env []string, path string, args ...string) (string, error) {
	return Run(Options{Env: env}, path, args...)
}

// Run runs a program to its end and returns what it printed. The error holds it too.
func Run(o Options, program string, args ...string) (string, error) {
	cmd := exec.Command(program, args...)
	if err := o.apply(cmd); err != nil {
		return "", err
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
	return string(out), nil
}
