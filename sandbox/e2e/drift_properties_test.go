package e2e_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tamper is a property that somebody changes by hand.
type tamper struct {
	// kind and name are those of the engine: the last part of the type token, and the
	// logical name.
	kind, name string
	// path begins the path of what has to be reported as changed.
	path string
	do   func(*hands)
}

// Every kind of resource that the stack manages is changed by hand, property by
// property, and each change is reported under its own path, as the world's; nothing else
// is reported, and looking changes nothing.
func TestDriftOfEveryProperty(t *testing.T) {
	w := newWorld(t)
	w.make("up", "dev")
	w.proveEveryProperty()
}

func (w *world) proveEveryProperty() {
	t := w.t
	require.Empty(t, w.driftPaths())

	h := w.hands("dev", "singapore")
	var want []string
	for _, row := range append(cloudTampers, clusterTampers...) {
		row.do(h)
		want = append(want, row.kind+" "+row.name+" "+row.path)
	}
	found := w.driftPaths()
	for _, expected := range want {
		require.True(t, hasPrefix(found, expected), "%q is not among what was found: %q", expected, found)
	}
	for _, path := range found {
		require.True(t, isPrefixed(path, want), "%q was not changed by anybody", path)
	}
}

// driftPaths returns the changed properties as "kind name path". It requires that all
// findings are of the world's class, and that neither state nor account was changed.
func (w *world) driftPaths() []string {
	w.t.Helper()
	before, state := w.changes(), w.stateFiles()
	output, err := w.shell("dev", `gomeet drift --stack dev -o json 2>"$GOMEET_SANDBOX_DIR/drift.err"`)
	said, _ := os.ReadFile(w.dir + "/drift.err")
	var report struct {
		Findings []struct {
			Class, What, Type, Name string
			Changes                 []struct{ Path string }
		}
	}
	require.NoError(w.t, json.Unmarshal([]byte(output), &report), "%v %s%s", err, output, said)
	require.Equal(w.t, before, w.changes(), "no request that changes something leaves it")
	require.Equal(w.t, state, w.stateFiles(), "the state is as it was")
	var found []string
	for _, f := range report.Findings {
		kind := f.Type[strings.LastIndex(f.Type, ":")+1:]
		require.Equal(w.t, "world changed", f.Class+" "+f.What, "%s %s", kind, f.Name)
		for _, c := range f.Changes {
			found = append(found, kind+" "+f.Name+" "+c.Path)
		}
	}
	return found
}

// hasPrefix reports whether one of the texts begins with a prefix.
func hasPrefix(texts []string, prefix string) bool {
	for _, text := range texts {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// isPrefixed reports whether a text begins with one of the prefixes.
func isPrefixed(text string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
