package stacks_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/stackfile"
	"github.com/gomeet/infra/manifests"
	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/stacks"
)

// calibrationText is a file of "gomeet calibrate", as "pulumi config set" stores it.
func calibrationText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "sizing", "calibration", "testdata", "c-16.yaml"))
	require.NoError(t, err)
	return strings.TrimSuffix(string(text), "\n")
}

// A stack with a calibration is sized by it, and the plan knows what LiveKit it deploys.
func TestCalibration(t *testing.T) {
	file, err := stackfile.Read(filepath.Join("..", "Pulumi.prod.yaml"))
	require.NoError(t, err)
	raw, err := file.Plain()
	require.NoError(t, err)
	raw["gomeet:model"], raw["gomeet:meetings"] = string(sizing.ModelCapacity), "20"
	sfu := func() int {
		cfg, err := stacks.Inspect("prod", raw)
		require.NoError(t, err)
		require.Equal(t, "1.13.11", manifests.LiveKitVersion())
		require.Equal(t, manifests.LiveKitVersion(), cfg.Input().Options.LiveKitVersion)
		plan, err := cfg.Plan()
		require.NoError(t, err)
		return plan.Total(sizing.RoleSFU)
	}
	published := sfu()
	raw["gomeet:calibration"] = "none"
	require.Equal(t, published, sfu())
	raw["gomeet:calibration"] = calibrationText(t)
	require.NotEqual(t, published, sfu())

	for want, text := range map[string]string{
		`gomeet:calibration: must be "none" or the text of a file of "gomeet calibrate": the calibration has version 0`: "{}",
		"field cores not found":                             strings.Replace(calibrationText(t), "vcpus:", "cores:", 1),
		`calibration.transport: "quic": must be udp or tcp`: strings.Replace(calibrationText(t), "transport: udp", "transport: quic", 1),
	} {
		raw["gomeet:calibration"] = text
		_, err := stacks.Inspect("prod", raw)
		require.ErrorContains(t, err, want)
	}
}
