package commands_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// limit and step bound a wait for another process; they measure nothing.
const limit, step = 30 * time.Second, 10 * time.Millisecond

// env evaluates what the command prints as a shell does.
func (w *world) env(args ...string) map[string]string {
	w.t.Helper()
	shell := exec.Command("/bin/sh", "-c", w.run(append([]string{"env"}, args...)...)+"/usr/bin/env -0")
	out, err := shell.Output()
	require.NoError(w.t, err)
	all := map[string]string{}
	for line := range strings.SplitSeq(string(out), "\x00") {
		name, value, _ := strings.Cut(line, "=")
		all[name] = value
	}
	return all
}

func TestEnv(t *testing.T) {
	w := newWorld(t)
	_, errors, err := w.try("env")
	require.NoError(t, err)
	require.Contains(t, errors, "the sandbox is not running")
	w.start()
	_, errors, err = w.try("env")
	require.NoError(t, err)
	require.Empty(t, errors)

	got := w.env("--stack", "prod")
	want := map[string]string{
		"DIGITALOCEAN_TOKEN":            "sandbox-token",
		"DIGITALOCEAN_API_URL":          "http://127.0.0.1:" + w.ports[1],
		"SPACES_ENDPOINT_URL":           "http://127.0.0.1:" + w.ports[3],
		"SPACES_ACCESS_KEY_ID":          "sandbox-spaces-key",
		"SPACES_SECRET_ACCESS_KEY":      "sandbox-spaces-secret",
		"PULUMI_DEBUG_PROVIDERS":        "digitalocean:" + w.ports[5],
		"PULUMI_BACKEND_URL":            "file://" + filepath.Join(w.dir, "state"),
		"PULUMI_CONFIG_PASSPHRASE_FILE": filepath.Join(w.dir, "passphrase"),
		"PULUMI_SKIP_UPDATE_CHECK":      "true",
		"PULUMI_OPTION_CONFIG_FILE":     filepath.Join(w.dir, "config", "Pulumi.prod.yaml"),
		"GOMEET_SANDBOX_DIR":            w.dir,
		"PATH":                          w.tools + ":" + os.Getenv("PATH"),
	}
	for name, value := range want {
		require.Equal(t, value, got[name], name)
	}
	require.DirExists(t, filepath.Join(w.dir, "state"))
}

func TestEnvForTheOfficialPlugin(t *testing.T) {
	w := newWorld(t)
	w.start()
	got := w.env("--official-plugin")
	require.NotContains(t, got, "PULUMI_DEBUG_PROVIDERS")
	require.Equal(t, "http://{{.Region}}.localhost:"+w.ports[3], got["SPACES_ENDPOINT_URL"])
}

func TestPassphrase(t *testing.T) {
	w := newWorld(t)
	file := w.env()["PULUMI_CONFIG_PASSPHRASE_FILE"]
	first, err := os.ReadFile(file)
	require.NoError(t, err)
	// 128 bits are 26 characters of base 32.
	require.GreaterOrEqual(t, len(strings.TrimSpace(string(first))), 26)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	second, err := os.ReadFile(w.env()["PULUMI_CONFIG_PASSPHRASE_FILE"])
	require.NoError(t, err)
	require.Equal(t, first, second, "it is made once")
	other, err := os.ReadFile(newWorld(t).env()["PULUMI_CONFIG_PASSPHRASE_FILE"])
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

func TestEnvRefusesOddStacks(t *testing.T) {
	for _, stack := range []string{"", "../x", "a b"} {
		_, _, err := newWorld(t).try("env", "--stack", stack)
		require.ErrorContains(t, err, "--stack is")
	}
}
