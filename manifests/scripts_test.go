package manifests_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/manifests"
)

func TestScriptsStopAtErrors(t *testing.T) {
	scripts, err := manifests.Scripts()
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for name, text := range scripts {
		require.NoError(t, exec.Command("sh", "-n", "scripts/"+name).Run(), name)
		if strings.HasSuffix(name, "-lib.sh") {
			continue // sourced by the others, which have set the options
		}
		require.True(t, strings.HasPrefix(text, "#!/bin/sh\n"), "%s has no interpreter", name)
		require.Contains(t, text, "\nset -eu\n", "%s goes on after an error", name)
	}
}
