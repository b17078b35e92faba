//go:build live

package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/live/process"
)

// The commands of docs/data.md and docs/recovery.md that people type into a member's pod.
func TestRunbookCommandsOfPatroni(t *testing.T) {
	c := newCluster(t, 2)
	patronictl := func(args ...string) string {
		out, err := process.Run(process.Options{Dir: c.members[0].dir, User: owner, Env: c.env(c.members[0])}, "patronictl", args...)
		require.NoError(t, err)
		return out
	}
	out := patronictl("list")
	require.Contains(t, out, "Leader")
	require.Contains(t, out, "Sync Standby")
	patronictl("edit-config", "--force", "-p", "max_connections=600")
	require.Eventually(t, func() bool {
		return strings.Contains(patronictl("list"), "Pending restart")
	}, time.Minute, time.Second, "nobody waits for a restart")

	old := c.primary()
	patronictl("switchover", "--force")
	c.waitUntilWhole()
	require.NotEqual(t, old.name, c.primary().name)
}
