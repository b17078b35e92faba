package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/internal/report"
	"github.com/gomeet/infra/sizing/calibration"
)

// What cannot be measured is refused before anything is loaded, and no message has the key.
func TestCalibrateRefuses(t *testing.T) {
	folder := t.TempDir()
	keys := filepath.Join(folder, "keys.yaml")
	require.NoError(t, os.WriteFile(keys, []byte("APIkey: hunter2\nAPIother: hunter3\n"), 0o600))
	at := []string{"--url", "ws://127.0.0.1:1", "--metrics", "http://127.0.0.1:1"}
	for want, args := range map[string][]string{
		"--url or --stack: one of them":                nil,
		"--metrics: must say where":                    {"--stack", "prod"},
		`--transport "turn": must be one of [udp tcp]`: append(at, "--transport", "turn"),
		"--steps 2: must be 4 to 50":                   append(at, "--steps", "2"),
		"--stop-cpu 99: must be 10 to 95 percent":      append(at, "--stop-cpu", "99"),
		"LIVEKIT_API_KEY and LIVEKIT_API_SECRET":       at,
		`must have one line, "key: secret"`:            append(at, "--key-file", keys),
		`--output: "yaml": must be one of`:             append(at, "--output", "yaml"),
		`--stack "nowhere"`:                            {"--stack", "nowhere"},
	} {
		t.Setenv("LIVEKIT_API_KEY", "")
		_, err := run(t, append([]string{"calibrate", "--out", filepath.Join(folder, "out.yaml")}, args...)...)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "hunter")
	}
	t.Setenv("LIVEKIT_API_KEY", "APIkey")
	t.Setenv("LIVEKIT_API_SECRET", "hunter2")
	_, err := run(t, append([]string{"calibrate"}, at...)...)
	require.ErrorContains(t, err, "connection refused")
	_, err = run(t, "plan", "--calibration", keys)
	require.ErrorContains(t, err, "--calibration "+keys)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing was written")
}

// The tables of a calibration.
func TestCalibrationTables(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "sizing", "calibration", "testdata", "measured.yaml"))
	require.NoError(t, err)
	file, err := calibration.Parse(text)
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, report.Text(&out, report.Calibration(file, "")))
	golden.Equal(t, "calibration.txt", out.String())
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "calibration.md"))
	require.NoError(t, err)
	require.Contains(t, string(document), out.String(), "the sample of docs/calibration.md")
}
