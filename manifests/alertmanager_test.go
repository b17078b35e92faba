package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func TestAlertmanager(t *testing.T) {
	for name, ways := range map[string][2]bool{"": {true, true}, "-page": {true, false}, "-message": {false, true}, "-none": {false, false}} {
		t.Run("ways"+name, func(t *testing.T) {
			a := manifests.NewAlertmanager()
			a.PagerDuty, a.Slack = ways[0], ways[1]
			rendered, err := a.Render()
			require.NoError(t, err)
			golden.Equal(t, "prometheus/alertmanager"+name+".yml", rendered)
		})
	}
}

func TestAlertmanagerRejects(t *testing.T) {
	a := manifests.NewAlertmanager()
	a.Slack, a.SlackChannel, a.Repeat = true, "", 0
	_, err := a.Render()
	require.ErrorContains(t, err, `slackChannel is ""; it must be set`)
	require.ErrorContains(t, err, `repeat is 0s; it must be at least groupInterval`)
}
