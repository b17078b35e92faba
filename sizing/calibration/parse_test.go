package calibration_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sizing"
	"github.com/gomeet/infra/sizing/calibration"
)

func example(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "c-16.yaml"))
	require.NoError(t, err)
	return text
}

func input(c *sizing.Calibration) sizing.Input {
	return sizing.Input{
		Target: sizing.DefaultTarget(), Model: sizing.ModelCapacity,
		Sites:   []sizing.Site{{Name: "singapore", Region: "sgp1"}},
		Options: sizing.Options{Calibration: c},
	}
}

// What is in the file is what plans use: the careful ends, in sizing's units.
func TestParse(t *testing.T) {
	f, err := calibration.Parse(example(t))
	require.NoError(t, err)
	require.Equal(t, &sizing.Calibration{
		Date: "2026-11-28", LiveKit: "1.13.11", Size: "c-16-intel", VCPUs: 16, Transport: "udp", IdleVCPUs: 0.2,
		PacketsPerVCPU: sizing.Bounds{Low: 40_000, Estimate: 42_000, High: 44_000},
		PerPacketIn:    sizing.Bounds{Low: 10e-6, Estimate: 20e-6, High: 25e-6},
		LowestFanOut:   8, PeakVCPUs: 11, ConfidencePercent: 95, Samples: 8,
	}, f.Sizing())
	p, err := sizing.NewPlan(input(f.Sizing()))
	require.NoError(t, err)
	require.NotZero(t, p.Total(sizing.RoleSFU))

	again, err := f.Render()
	require.NoError(t, err)
	require.Equal(t, string(example(t)), string(again))

	f.Doubts, f.Refusals = []string{"a doubt"}, []string{"a reason"}
	require.Equal(t, []string{"a reason", "a doubt"}, f.Sizing().Doubts)
}

func TestParseRefuses(t *testing.T) {
	text := string(example(t))
	for want, text := range map[string]string{
		"the calibration is empty":                "",
		"field cores not found in type":           strings.Replace(text, "vcpus:", "cores:", 1),
		"has version 2; this program reads":       strings.Replace(text, "version: 1", "version: 2", 1),
		"is followed by something else":           text + "---\nversion: 1\n",
		"cannot unmarshal !!str `much` into":      strings.Replace(text, "peakVCPUs: 11", "peakVCPUs: much", 1),
		"cannot be read: yaml: ":                  "version: [",
		"the calibration has version 0":           "conditions: {}",
		"mapping key \"version\" already defined": "version: 1\n" + text,
	} {
		_, err := calibration.Parse([]byte(text))
		require.ErrorContains(t, err, want)
	}
}

// Whatever a file says, it is refused with a reason, or the plan that is made with it is
// sane.
func FuzzCalibration(f *testing.F) {
	text := string(example(f))
	f.Add([]byte(text))
	f.Add([]byte(""))
	f.Add([]byte("version: 1\n"))
	f.Add([]byte(strings.Replace(text, "low: 40000", "low: .nan", 1)))
	f.Add([]byte(strings.Replace(text, "high: 44000", "high: .inf", 1)))
	f.Add([]byte(strings.Replace(text, "low: 40000", "low: 1e-300", 1)))
	f.Add([]byte(strings.Replace(text, "vcpus: 16", "vcpus: -9223372036854775808", 1)))
	f.Add([]byte(strings.Replace(text, "lowestFanOut: 8", "lowestFanOut: 1e308", 1)))
	f.Add([]byte("a: &a [*a]\nversion: 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := calibration.Parse(text)
		if err != nil {
			require.Nil(t, file)
			return
		}
		rendered, err := file.Render()
		require.NoError(t, err)
		again, err := calibration.Parse(rendered)
		require.NoError(t, err)
		twice, err := again.Render()
		require.NoError(t, err)
		require.Equal(t, string(rendered), string(twice))

		in := input(file.Sizing())
		p, err := sizing.NewPlan(in)
		if err != nil {
			require.Nil(t, p)
			return
		}
		for _, size := range p.CatalogueUsed().Sizes {
			node := in.Target.SFUCapacity(size, in.Options)
			require.GreaterOrEqual(t, node.Rooms, 0)
			require.False(t, math.IsNaN(node.RoomVCPUs) || math.IsInf(node.RoomVCPUs, 0) || node.RoomVCPUs <= 0, "%+v", node)
			require.False(t, math.IsNaN(node.CPUBudget) || node.CPUBudget < 0)
		}
		require.True(t, p.Verdict.Sufficient)
	})
}
