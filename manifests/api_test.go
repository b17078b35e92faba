package manifests_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
	"github.com/gomeet/infra/manifests"
)

func api() manifests.API {
	return manifests.API{
		Environment:    manifests.APIEnvironment{Stack: "prod", Site: "singapore", Region: "sgp1"},
		Listen:         ":8080",
		SigningKeyFile: manifests.APISecretDir + "/signing-key",
		Limits:         manifests.APILimits{WebSockets: 2000, ParticipantsPerMeeting: 500},
	}
}

func TestAPIRender(t *testing.T) {
	text, err := api().Render()
	require.NoError(t, err)
	golden.Equal(t, manifests.APIFile, text)
}

func TestAPIRenderRejectsLimits(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*manifests.API)
		want   string
	}{
		"no WebSockets":   {func(a *manifests.API) { a.Limits.WebSockets = 0 }, "limits.webSockets is 0"},
		"no participants": {func(a *manifests.API) { a.Limits.ParticipantsPerMeeting = -1 }, "limits.participantsPerMeeting is -1"},
	} {
		t.Run(name, func(t *testing.T) {
			a := api()
			c.change(&a)
			_, err := a.Render()
			require.ErrorContains(t, err, c.want)
		})
	}
}
