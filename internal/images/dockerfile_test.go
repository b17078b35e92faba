package images

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dockerfile is what the tests ask of a Dockerfile.
type dockerfile struct {
	// bases are the images of its stages; the last one is what it ships.
	bases []string
	// packages are what apt-get installs, copied what is copied to a path of programs.
	packages, copied []string
	user             string
}

var (
	continued = regexp.MustCompile(`\\\n\s*`)
	comment   = regexp.MustCompile(`(?m)^\s*#.*\n`)
	installed = regexp.MustCompile(`apt-get install((?: -\S+)*)((?: [a-z0-9.+-]+)+);`)
)

func readDockerfile(t *testing.T, name string) dockerfile {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../tools/images", name, "Dockerfile"))
	require.NoError(t, err)
	text := continued.ReplaceAllString(comment.ReplaceAllString(string(raw), ""), " ")
	text = regexp.MustCompile(` +`).ReplaceAllString(text, " ")
	var d dockerfile
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "FROM":
			d.bases = append(d.bases, words[1])
		case "USER":
			d.user = words[1]
		case "COPY":
			d.copied = append(d.copied, filepath.Base(words[len(words)-1]))
		case "RUN":
			found := installed.FindAllStringSubmatch(line, -1)
			if !strings.Contains(line, "apt-get") {
				continue
			}
			require.Len(t, found, 1, "%s installs packages in one step", name)
			require.Contains(t, found[0][1], "--no-install-recommends", name)
			d.packages = append(d.packages, strings.Fields(found[0][2])...)
		}
	}
	require.NotEmpty(t, d.bases, name)
	return d
}
