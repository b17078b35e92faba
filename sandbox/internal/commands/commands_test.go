package commands_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/internal/sandboxd"
)

// A sandbox is started, killed as by a crash, started again with its data, and
// stopped; every command can be said twice.
func TestLife(t *testing.T) {
	w := newWorld(t)
	w.requireStopped("the sandbox is not running")
	w.run("stop")
	require.Contains(t, w.start(), "sandbox up: API http://127.0.0.1:"+w.ports[1])
	require.Contains(t, w.run("start"), "http://127.0.0.1:"+w.ports[1], "the ports are kept")
	require.Contains(t, w.run("status"), "nothing exists in it")
	first := w.pid()

	client, err := godo.New(godo.NewFromToken(sandboxd.Token).HTTPClient, godo.SetBaseURL("http://127.0.0.1:"+w.ports[1]))
	require.NoError(t, err)
	_, _, err = client.VPCs.Create(context.Background(), &godo.VPCCreateRequest{Name: "hub", RegionSlug: "sgp1", IPRange: "10.10.0.0/20"})
	require.NoError(t, err)
	counts := func() (all map[string]int) {
		t.Helper()
		require.NoError(t, json.Unmarshal([]byte(w.run("inventory", "--json")), &all))
		return all
	}
	require.Equal(t, 1, counts()["vpcs"])
	_, errors, err := w.try("stop", "--if-empty")
	require.NoError(t, err)
	require.Contains(t, errors, "1 vpcs: hub")

	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	require.Eventually(t, func() bool { return !sandboxd.Dir(w.dir).Running() }, limit, step)
	w.requireStopped("the sandbox ended without being stopped")
	_, errors, err = w.try("start")
	require.NoError(t, err)
	require.Contains(t, errors, "starting it again with its data")
	require.NotEqual(t, first, w.pid())
	require.Equal(t, 1, counts()["vpcs"])
	require.Contains(t, w.run("status"), "1 vpcs: hub")
	require.Contains(t, w.run("logs"), "sandbox up")

	second := w.pid()
	w.run("stop")
	require.ErrorIs(t, syscall.Kill(second, 0), syscall.ESRCH, "the process is gone when stop returns")
	w.requireStopped("the sandbox is not running")
	w.run("stop", "--if-empty")
}

func TestBucketsAreInTheInventory(t *testing.T) {
	w := newWorld(t)
	w.start()
	ports, err := sandboxd.Dir(w.dir).Ports()
	require.NoError(t, err)
	inventory, err := sandboxd.Inventory(t.Context(), ports)
	require.NoError(t, err)
	require.Contains(t, inventory.Kinds, "spaces_buckets")
	require.Zero(t, inventory.Total)
}

func TestStartErrors(t *testing.T) {
	t.Run("port in use", func(t *testing.T) {
		w := newWorld(t)
		listener, err := net.Listen("tcp", "127.0.0.1:"+w.ports[3])
		require.NoError(t, err)
		defer listener.Close()
		_, _, err = w.try(append([]string{"start"}, w.ports...)...)
		require.ErrorContains(t, err, "port "+w.ports[3]+" is taken")
		require.ErrorContains(t, err, "lsof -i :"+w.ports[3])
		require.ErrorContains(t, err, "--spaces-port")
		require.NoFileExists(t, filepath.Join(w.dir, "ports.json"), "ports that failed are not kept")
		w.requireStopped("the sandbox is not running")
	})
	t.Run("ports of another sandbox", func(t *testing.T) {
		w, other := newWorld(t), newWorld(t)
		other.start()
		_, _, err := w.try(append([]string{"start"}, other.ports...)...)
		require.ErrorContains(t, err, "port "+other.ports[1]+" is taken")
		w.requireStopped("the sandbox is not running")
	})
	t.Run("missing tool", func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, os.Remove(filepath.Join(w.tools, "kwok")))
		_, _, err := w.try(append([]string{"start"}, w.ports...)...)
		require.ErrorContains(t, err, "kwok")
		require.ErrorContains(t, err, "make tools")
	})
	t.Run("other ports than it has", func(t *testing.T) {
		w := newWorld(t)
		w.start()
		_, _, err := w.try("start", "--api-port", freePorts(t, 1)[0])
		require.ErrorContains(t, err, "runs already")
		require.ErrorContains(t, err, "stop it first")
	})
	t.Run("another one in the directory", func(t *testing.T) {
		w := newWorld(t)
		w.start()
		_, _, err := w.try("serve", "--api-port", freePorts(t, 1)[0])
		require.ErrorContains(t, err, "another sandbox runs in "+w.dir)
		require.Contains(t, w.run("status"), w.ports[1], "the running one's ports are still known")
	})
	for _, port := range []string{"0", "65536", "-1"} {
		t.Run("port "+port, func(t *testing.T) {
			_, _, err := newWorld(t).try("start", "--provider-port", port)
			require.ErrorContains(t, err, "--provider-port is "+port+", want 1 to 65535")
		})
	}
}

// The pid file of a dead sandbox may name another program by now.
func TestStalePid(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, os.MkdirAll(w.dir, 0o700))
	pidFile := filepath.Join(w.dir, "sandbox.pid")
	require.NoError(t, os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())), 0o600))
	w.requireStopped("the sandbox ended without being stopped")
	w.run("stop") // and this test lives on
	require.NoFileExists(t, pidFile)
	w.requireStopped("the sandbox is not running")
}

// What a dead sandbox left running is ended by "stop".
func TestStopEndsLeftovers(t *testing.T) {
	w := newWorld(t)
	run := filepath.Join(w.dir, "clusters", "one", "run")
	require.NoError(t, os.MkdirAll(run, 0o700))
	left := exec.Command("/bin/sh", "-c", "echo up; while true; do sleep 0.01; done", filepath.Join(w.dir, "clusters", "one", "etcd"))
	out, err := left.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, left.Start())
	t.Cleanup(func() { _ = left.Process.Kill() })
	// Only when it runs has it the command line that says whose it is.
	_, err = io.ReadFull(out, make([]byte, len("up")))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(run, "etcd.pid"), []byte(strconv.Itoa(left.Process.Pid)), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "sandbox.pid"), []byte("999999999"), 0o600))
	w.run("stop")
	ended := make(chan error, 1)
	go func() { ended <- left.Wait() }()
	select {
	case err := <-ended:
		require.ErrorContains(t, err, "killed")
	case <-time.After(limit):
		require.Fail(t, "the leftover still runs")
	}
}

func TestReset(t *testing.T) {
	w := newWorld(t)
	w.start()
	foreign := filepath.Join(w.dir, "thesis.txt")
	require.NoError(t, os.WriteFile(foreign, nil, 0o600))
	for _, answer := range []string{"", "no\n", "y\n"} {
		_, errors, err := w.tryWith(answer, "reset")
		require.ErrorContains(t, err, "nothing was deleted")
		require.Contains(t, errors, w.dir)
		require.Contains(t, w.run("status"), "running")
	}
	_, _, err := w.tryWith("yes\n", "reset")
	require.NoError(t, err)
	left, err := os.ReadDir(w.dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "what is not the sandbox's stays: %v", left)
	require.NoError(t, os.Remove(foreign))
	w.run("reset", "--yes")
	require.NoDirExists(t, w.dir)
}
