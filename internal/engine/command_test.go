package engine_test

import (
	"bufio"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/engine"
)

// What writes is asked to end, and says its last word.
func TestCommandIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	command := engine.Command(ctx, "sh", "-c", `trap 'echo finished; exit 3' INT; echo began; while :; do sleep 0.05; done`)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	require.Equal(t, "began", lines.Text())
	cancel()
	require.True(t, lines.Scan())
	require.Equal(t, "finished", lines.Text())
	require.Error(t, command.Wait())
	require.Equal(t, 3, command.ProcessState.ExitCode())
}
