package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stretchr/testify/require"
)

var (
	// transcript is what the README shows of "make up", from where nothing depends on the
	// speed of the machine.
	transcript = regexp.MustCompile("(?s)(\n ?…\n)(Resources:\n.*?)(```\n)")
	// A cluster's id and port are others every time, and so is how long it took.
	clusterID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	localPort = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	duration  = regexp.MustCompile(`(?m)^Duration: .*\n\n?`)
)

// proveReadme requires that the README shows what "make up" says; -update writes it there.
func (w *world) proveReadme(output string) {
	w.t.Helper()
	path := filepath.Join(w.root, "README.md")
	text, err := os.ReadFile(path)
	require.NoError(w.t, err)
	shown := transcript.FindStringSubmatch(string(text))
	require.NotNil(w.t, shown, "the README shows the end of make up")
	said := output[strings.Index(output, "Resources:\n"):]
	said = duration.ReplaceAllString(said, "")
	said = clusterID.ReplaceAllString(said, "2001d575-8b96-4041-a326-c99ab3b84518")
	said = localPort.ReplaceAllString(said, "127.0.0.1:27854")
	if *update {
		require.NoError(w.t, os.WriteFile(path, []byte(strings.Replace(string(text), shown[2], said, 1)), 0o644))
		return
	}
	require.Equal(w.t, said, shown[2], "run the test with -update if the change is wanted")
}
