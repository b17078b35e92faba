package load

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A k6 that never ends, and takes no notice of an interrupt, is ended.
func TestRunHasADeadline(t *testing.T) {
	start, end, stop := startTime, closeTime, stopTime
	t.Cleanup(func() { startTime, closeTime, stopTime = start, end, stop })
	startTime, closeTime, stopTime = 0, 100*time.Millisecond, 100*time.Millisecond
	k6 := filepath.Join(t.TempDir(), "k6")
	require.NoError(t, os.WriteFile(k6, []byte("#!/bin/sh\ntrap '' INT\nwhile :; do sleep 1; done\n"), 0o700))
	s := Default(WebSocket)
	s.Target, s.Users, s.Ramp, s.Hold = "wss://ws.gomeet.example", 1, 0, time.Second
	began := time.Now()
	require.EqualError(t, s.Run(t.Context(), k6, &bytes.Buffer{}),
		"the websocket test: k6 did not end within 1.1s: ramp, duration, 0s to begin and 100ms to close")
	require.Less(t, time.Since(began), 10*time.Second)
}
