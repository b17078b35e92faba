package manifests_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

// The document and the list that rules are held to say what the code does.
func TestAPIMetrics(t *testing.T) {
	golden.Equal(t, "metrics/api.txt", manifests.APIMetricsList())
	text, err := os.ReadFile("../docs/metrics-contract.md")
	require.NoError(t, err)
	require.Contains(t, string(text), manifests.APIMetricsTable())
}
