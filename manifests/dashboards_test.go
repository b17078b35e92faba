package manifests_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

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
	}
}

//lint:file-ignore SA1019 Grafana 12 provisions files of this schema; the new one is of its API.

// strictly reads a dashboard as Grafana's schema has it: a field that is not in it, one of
// another type and one that is missing are errors.
func strictly(text string) (d dashboard.Dashboard, err error) {
	schema := cog.NewRuntime()
	schema.RegisterPanelcfgVariant(timeseries.VariantConfig())
	schema.RegisterDataqueryVariant(prometheus.VariantConfig())
	problems := []error{
		new(dashboard.Dashboard).UnmarshalJSONStrict([]byte(text)), json.Unmarshal([]byte(text), &d), d.Validate(),
	}
	// The library is not strict about what all kinds of panels share.
	var raw struct {
		Panels []struct{ FieldConfig json.RawMessage }
	}
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return d, err
	}
	for _, panel := range raw.Panels {
		problems = append(problems, new(dashboard.FieldConfigSource).UnmarshalJSONStrict(panel.FieldConfig))
	}
	for _, problem := range problems {
		// It returns an empty list where it means nil.
		if list, ok := problem.(cog.BuildErrors); problem != nil && (!ok || len(list) > 0) {
			err = errors.Join(err, problem)
		}
	}
	return d, err
}

// Everything that is rendered has its place in Grafana's own schema: dashboards, panels,
// their options and fields, and queries. Each of them asks the source that is provisioned.
func TestDashboardsFitGrafanasSchema(t *testing.T) {
	text, err := manifests.GrafanaDatasources()
	require.NoError(t, err)
	var provisioned struct {
		Datasources []struct{ UID, Type string }
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &provisioned))
	require.Len(t, provisioned.Datasources, 1)
	source := common.DataSourceRef{Uid: &provisioned.Datasources[0].UID, Type: &provisioned.Datasources[0].Type}

	files, err := manifests.Dashboards(limits())
	require.NoError(t, err)
	for name, text := range files {
		d, err := strictly(text)
		require.NoError(t, err, name)
		require.Equal(t, strings.TrimSuffix(name, ".json"), *d.Uid)
		taken := map[[2]uint32]bool{}
		for _, either := range d.Panels {
			panel := either.Panel
			require.NotNil(t, panel, "%s has a row", name)
			require.Equal(t, "timeseries", panel.Type)
			require.IsType(t, &timeseries.Options{}, panel.Options, "%s: %s", name, *panel.Title)
			require.IsType(t, &timeseries.FieldConfig{}, panel.FieldConfig.Defaults.Custom, "%s: %s", name, *panel.Title)
			require.Equal(t, &source, panel.Datasource)
			require.NotEmpty(t, panel.Targets)
			for _, target := range panel.Targets {
				query, ok := target.(*prometheus.Dataquery)
				require.True(t, ok, "%s: %s: %T", name, *panel.Title, target)
				require.Equal(t, &source, query.Datasource)
			}
			place := [2]uint32{panel.GridPos.X, panel.GridPos.Y}
			require.False(t, taken[place], "%s: %s lies on another panel", name, *panel.Title)
			taken[place] = true
		}
	}
}

// The check sees what would be wrong at every depth.
func TestGrafanasSchemaIsStrict(t *testing.T) {
	files, err := manifests.Dashboards(limits())
	require.NoError(t, err)
	good := files["gomeet-sfu.json"]
	for part, change := range map[string][2]string{
		"schemaVersion": {`"schemaVersion": 41`, `"schemaVersion": "41"`},
		"panels[0]":     {`"gridPos"`, `"grid"`},
		"options":       {`"showLegend": true`, `"showLegend": "yes"`},
		"showPoints":    {`"showPoints": "never"`, `"showPoints": 5`},
		"drawStyles":    {`"drawStyle"`, `"drawStyles"`},
		"targets[0]":    {`"legendFormat"`, `"legend"`},
		"units":         {`"unit"`, `"units"`},
	} {
		require.Contains(t, good, change[0])
		_, err := strictly(strings.Replace(good, change[0], change[1], 1))
		require.Error(t, err, part)
		require.ErrorContains(t, err, part)
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
