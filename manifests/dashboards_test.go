package manifests_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

// The design's seven subjects; every panel has a unit, and says what to read from it.
func TestDashboards(t *testing.T) {
	files, err := manifests.Dashboards(limits())
	require.NoError(t, err)
	require.Len(t, files, 7)
	for name, text := range files {
		golden.Equal(t, "grafana/"+name, text)
		require.True(t, json.Valid([]byte(text)), name)
	}
}

func TestDashboardRejects(t *testing.T) {
	_, err := manifests.Dashboard{UID: "d", Title: "t", Panels: []manifests.Panel{{Title: "p", Queries: []manifests.Query{{Expr: "up"}}}}}.Render()
	require.ErrorContains(t, err, `d.json: panels[0].help is ""; it must be set`)
	require.ErrorContains(t, err, `panels[0].unit is ""; it must be set`)
}

func TestGrafanaProvisioning(t *testing.T) {
	sources, err := manifests.GrafanaDatasources()
	require.NoError(t, err)
	golden.Equal(t, "grafana/datasources.yaml", sources)
	providers, err := manifests.GrafanaProviders()
	require.NoError(t, err)
	golden.Equal(t, "grafana/providers.yaml", providers)
	golden.Equal(t, "grafana/grafana.ini", manifests.Grafana())
}
