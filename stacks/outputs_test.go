package stacks_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// Users find every output in the table, and nothing that is gone.
func TestOutputsAreDocumented(t *testing.T) {
	names := func(text []byte, pattern string) (all []string) {
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			all = append(all, string(m[1]))
		}
		return all
	}
	code, err := os.ReadFile("outputs.go")
	require.NoError(t, err)
	page, err := os.ReadFile("../docs/foundation.md")
	require.NoError(t, err)
	table := regexp.MustCompile(`(?s)\n## Outputs\n(.*?)\n## `).Find(page)
	require.Equal(t, names(code, `ctx\.Export\("(\w+)"`), names(table, "(?m)^\\| `(\\w+)` \\|"))
}
