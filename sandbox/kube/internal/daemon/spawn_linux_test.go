//go:build linux

package daemon

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// parentDir, when set, makes the test binary a parent with one daemon.
const parentDir = "DAEMON_TEST_PARENT_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentDir); dir != "" {
		d := Start(Spec{
			Name: "sleep", Path: "/bin/sleep", Args: []string{"1000"}, Dir: dir,
			LogFile: dir + "/log", PidFile: dir + "/sleep.pid",
		}, quiet)
		for d.PID() == 0 {
		}
		fmt.Println(d.PID())
		select {}
	}
	os.Exit(m.Run())
}

// A child must not outlive its parent, and must not die before it either, though
// the Go runtime ends threads at will.
func TestChildDiesWithItsParent(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentDir+"="+t.TempDir())
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	t.Cleanup(func() { _ = parent.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	child, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	require.True(t, alive(child))
	require.NoError(t, parent.Process.Kill()) // SIGKILL
	_ = parent.Wait()
	eventually(t, "the child is gone", func() bool { return !alive(child) })
}
