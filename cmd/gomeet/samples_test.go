package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/golden"
)

// sample is a command and what it prints, as documents show it: a comment that names the
// command and, if not all of it is shown, how many lines, and a block of text.
var sample = regexp.MustCompile("(?s)(<!-- gomeet ([^\n]*?)(?: \\(first (\\d+) lines\\))? -->\n```text\n)(.*?)(```\n)")

// What documents say that a command prints is what it prints; -update writes it there.
func TestSamples(t *testing.T) {
	home := filepath.Join("..", "..")
	documents, err := filepath.Glob(filepath.Join(home, "docs", "*.md"))
	require.NoError(t, err)
	shown := 0
	for _, path := range append(documents, filepath.Join(home, "README.md")) {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		made := sample.ReplaceAllStringFunc(string(text), func(found string) string {
			shown++
			parts := sample.FindStringSubmatch(found)
			out, err := run(t, strings.Fields(parts[2])...)
			require.NoError(t, err, "%s: gomeet %s", path, parts[2])
			return parts[1] + head(strings.TrimLeft(out, "\n"), parts[3]) + parts[5]
		})
		if golden.Updating() {
			require.NoError(t, os.WriteFile(path, []byte(made), 0o644))
			continue
		}
		require.Equal(t, made, string(text), "%s: run the test with -update if the change is wanted", path)
	}
	require.NotZero(t, shown, "no document shows a command")
}

// head returns the first lines of a text, all of them when lines is empty.
func head(text, lines string) string {
	n, err := strconv.Atoi(lines)
	if err != nil {
		return text
	}
	all := strings.SplitAfter(text, "\n")
	return strings.Join(all[:min(n, len(all))], "")
}
