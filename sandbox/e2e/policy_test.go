package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The real engine judges the stack dev by the policy pack, before anything is known of
// what the cloud answers, and refuses what breaks a rule. gomeet refuses the same.
func TestPolicies(t *testing.T) {
	w := newWorld(t).compiled()
	w.run("make", "--no-print-directory", "stack", "STACK=dev")
	const preview = "pulumi preview --stack dev --non-interactive --policy-pack policies "

	output, code := w.script(preview)
	require.Zero(t, code, output)
	require.Contains(t, output, "✅ gomeet@v1.0.0")

	// One resource is judged by a resource policy, all of them by a stack policy. The
	// engine keeps what --config sets, so the second breaks both.
	for _, c := range []struct {
		config string
		says   []string
	}{
		{"gomeet:protect=true", []string{
			"[mandatory] [severity: high]  gomeet-high-availability  (digitalocean:index:KubernetesCluster: singapore)",
			"the control plane of a production stack is not highly available",
			"Fix: Set ha; DOKS cannot switch it off again.",
		}},
		{"gomeet:meetings=400", []string{
			"[mandatory] [severity: high]  gomeet-carries-target", "the pools carry 1 of 400 meetings of 20",
		}},
	} {
		output, code := w.script(preview + "--config " + c.config)
		require.NotZero(t, code, output)
		for _, text := range c.says {
			require.Contains(t, output, text, c.config)
		}
	}
	output, code = w.script("gomeet policy --stack dev")
	require.Equal(t, 2, code, output)
	require.Contains(t, output, "gomeet-high-availability")
	require.Contains(t, output, "gomeet-carries-target")
	require.Zero(t, w.inventory(), "a preview makes nothing")
}
