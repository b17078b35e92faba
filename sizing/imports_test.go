package sizing_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The core does no I/O: it imports neither a network or file package nor a provider.
func TestCoreImports(t *testing.T) {
	allowed := map[string]bool{
		"embed": true, "encoding/json": true, "errors": true, "fmt": true, "maps": true, "math": true, "slices": true,
		"sort": true, "strings": true, "sync": true, "time": true, "github.com/shopspring/decimal": true,
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	checked := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			require.True(t, allowed[path], "%s imports %s", file, path)
		}
		checked++
	}
	require.Greater(t, checked, 20)
}
