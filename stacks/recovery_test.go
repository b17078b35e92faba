package stacks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/recovery"
)

// A new type of resource needs a way to find it after a kill, or "gomeet recover" leaves what
// was made to be made twice.
func TestRecoveryFindsAllThatTheProgramMakes(t *testing.T) {
	tried := 0
	for _, config := range []map[string]string{nil, ownStore()} {
		r := recorder(false)
		require.NoError(t, deployWith(t, "prod", r, config))
		for token := range r.Types() {
			if strings.HasPrefix(token, "digitalocean:") {
				require.True(t, recovery.Finds(token), token)
				tried++
			}
		}
	}
	require.Greater(t, tried, 20)
	require.False(t, recovery.Finds("digitalocean:index/droplet:Droplet"))
}
