package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func TestAdapterRender(t *testing.T) {
	text, err := manifests.NewAdapter().Render()
	require.NoError(t, err)
	golden.Equal(t, "prometheus-adapter.yaml", text)
}

func TestAdapterRejects(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.AdapterRule)
		want   string
	}{
		"no name":         {func(r *manifests.AdapterRule) { r.Name.As = "" }, `rules[0].name.as is ""`},
		"a wrong pattern": {func(r *manifests.AdapterRule) { r.Name.Matches = "(" }, `rules[0].name.matches is "("`},
		"no series":       {func(r *manifests.AdapterRule) { r.SeriesQuery = "" }, "rules[0].seriesQuery"},
		"a fixed query":   {func(r *manifests.AdapterRule) { r.MetricsQuery = "sum(up)" }, "a template with <<.GroupBy>>"},
		"no pods": {func(r *manifests.AdapterRule) { delete(r.Resources.Overrides, "pod") },
			`rules[0].resources.overrides.pod is ""; it must be "pod"`},
	} {
		t.Run(name, func(t *testing.T) {
			a := manifests.NewAdapter()
			c.change(&a.Rules[0])
			_, err := a.Render()
			require.ErrorContains(t, err, c.want)
		})
	}
	a := manifests.NewAdapter()
	a.Rules = append(a.Rules, a.Rules[0])
	_, err := a.Render()
	require.ErrorContains(t, err, "of one rule only")
	_, err = manifests.Adapter{}.Render()
	require.ErrorContains(t, err, "rules is 0; it must be at least one")
}
