package kube

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPortsAreChosenOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ports.json")
	first, err := new(portChooser).forCluster(file)
	require.NoError(t, err)
	require.NotEqual(t, first.APIServer, first.Etcd)
	require.NoError(t, free(first.APIServer))
	require.NoError(t, free(first.Etcd))
	again, err := new(portChooser).forCluster(file) // as after a restart
	require.NoError(t, err)
	require.Equal(t, first, again)
}

func TestPortsOfClustersDiffer(t *testing.T) {
	dir := t.TempDir()
	var c portChooser
	seen := map[int]bool{}
	for i := range 20 {
		p, err := c.forCluster(filepath.Join(dir, strconv.Itoa(i)))
		require.NoError(t, err)
		require.False(t, seen[p.APIServer] || seen[p.Etcd])
		seen[p.APIServer], seen[p.Etcd] = true, true
	}
}

func TestPortTakenByAStranger(t *testing.T) {
	stranger, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer stranger.Close()
	port := stranger.Addr().(*net.TCPAddr).Port
	file := filepath.Join(t.TempDir(), "ports.json")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `{"apiserver":%d,"etcd":20000}`, port), 0o600))
	_, err = new(portChooser).forCluster(file)
	require.ErrorIs(t, err, ErrPortTaken)
	require.ErrorContains(t, err, strconv.Itoa(port))
	require.ErrorContains(t, err, "API server")
	require.ErrorContains(t, err, file)
}

func TestPortsFileThatMakesNoSense(t *testing.T) {
	for name, content := range map[string]string{"not JSON": "{", "no port": `{"apiserver":20000}`, "too large": `{"apiserver":70000,"etcd":20000}`} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "ports.json")
			require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
			_, err := new(portChooser).forCluster(file)
			require.ErrorContains(t, err, file)
			require.NotErrorIs(t, err, ErrPortTaken)
		})
	}
}
