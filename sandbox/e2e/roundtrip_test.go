package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
)

// The whole life of a small stack: deployed, unchanged on a second look, alive
// after the sandbox was killed, and gone without a trace.
func TestDevRoundTrip(t *testing.T) {
	w := newWorld(t)
	committed, err := os.ReadFile(filepath.Join(w.root, "Pulumi.dev.yaml"))
	require.NoError(t, err)

	output := w.make("up", "dev")
	require.Contains(t, output, "Cost per month")
	require.Contains(t, output, "5 API pods ready")

	// Typed by hand, it works the same.
	output, err = w.shell("dev", "pulumi preview --stack dev --expect-no-changes --non-interactive")
	require.NoError(t, err, output)
	output, err = w.shell("dev", "pulumi up --yes --stack dev --expect-no-changes --non-interactive")
	require.NoError(t, err, output)

	w.requireDiscovery("dev", "singapore")
	w.verifiesNothing("dev")

	w.kill()
	w.start()
	output, err = w.shell("dev", "pulumi refresh --yes --stack dev --expect-no-changes --non-interactive")
	require.NoError(t, err, output)

	w.keepsSecrets("dev")
	w.recoversUnnoted("dev")

	w.make("down", "dev")
	require.Empty(t, w.processes(), "the sandbox is empty, so it stops")
	w.start()
	require.Zero(t, w.inventory())

	after, err := os.ReadFile(filepath.Join(w.root, "Pulumi.dev.yaml"))
	require.NoError(t, err)
	require.Equal(t, string(committed), string(after), "the committed stack file is left alone")
}

// verifiesNothing requires that verify claims no success here, where pods are simulated: it
// could not find out, of any check, and says why.
func (w *world) verifiesNothing(stack string) {
	w.t.Helper()
	output, err := w.shell(stack, "gomeet verify --output json --stack "+stack+" 2>/dev/null")
	var exit *exec.ExitError
	require.ErrorAs(w.t, err, &exit, output)
	require.Equal(w.t, 1, exit.ExitCode(), output)
	var report struct {
		Results []struct{ Check, State, Reason string }
	}
	require.NoError(w.t, json.Unmarshal([]byte(output), &report), output)
	require.NotEmpty(w.t, report.Results)
	for _, r := range report.Results {
		if r.Check == "recording" {
			require.Equal(w.t, "skipped", r.State, "dev has no recorders")
			continue
		}
		require.Equal(w.t, "unknown", r.State, r.Check)
		require.Contains(w.t, r.Reason, "simulates pods", r.Check)
	}
}

// keepsSecrets requires that the cluster's token is nowhere in plain text: not in the
// state, and not in what the sandbox logs.
func (w *world) keepsSecrets(stack string) {
	w.t.Helper()
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(w.kubeconfig(stack, "singapore")))
	require.NoError(w.t, err)
	require.NotEmpty(w.t, config.BearerToken)
	state, err := w.shell(stack, "pulumi stack export --stack "+stack)
	require.NoError(w.t, err)
	require.Contains(w.t, state, "kubeConfigs")
	require.NotContains(w.t, state, config.BearerToken)
	for _, name := range []string{"sandbox.log", "requests.jsonl"} {
		text, err := os.ReadFile(filepath.Join(w.dir, name))
		require.NoError(w.t, err)
		require.NotContains(w.t, string(text), config.BearerToken, name)
	}
}

// kill ends the sandbox as a crash would.
func (w *world) kill() {
	w.t.Helper()
	pid, err := os.ReadFile(filepath.Join(w.dir, "sandbox.pid"))
	require.NoError(w.t, err)
	w.run("kill", "-9", strings.TrimSpace(string(pid)))
}

// A broken stack file is one readable list, and creates nothing.
func TestBadConfigurationCreatesNothing(t *testing.T) {
	w := newWorld(t)
	w.run("make", "--no-print-directory", "stack", "STACK=dev")
	output, err := w.shell("dev", "pulumi config set --stack dev gomeet:modle hope && "+
		`pulumi config set --stack dev --path 'gomeet:sites[0].region' jkt1 && `+
		"pulumi up --yes --skip-preview --stack dev --non-interactive")
	require.Error(t, err)
	require.Contains(t, output, "gomeet:modle: unknown key; did you mean gomeet:model?")
	require.Contains(t, output, `"jkt1": must be a DigitalOcean region`)
	require.Zero(t, w.inventory())
}
