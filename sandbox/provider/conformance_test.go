package provider_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	update        = flag.Bool("update", false, "record the answers of the official plugin again")
	pluginProgram = flag.String("plugin", "pulumi-resource-digitalocean", "with -update: the official plugin, a program")
)

// TestAnswersLikeTheOfficialProvider plays every scenario to the stand-in and
// compares with what the official plugin, version 4.62.0, answered to the same.
// Record again with
//
//	go test ./provider -run TestAnswersLikeTheOfficialProvider -update -plugin PATH
func TestAnswersLikeTheOfficialProvider(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			golden := filepath.Join("testdata", "official", s.name+".json")
			if *update {
				e := official(t, *pluginProgram)
				require.NoError(t, e.configure(c.configuration))
				text := render(t, e.play(s))
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(text), 0o644))
				return
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			e := standIn(t, c.apiConfig)
			require.NoError(t, e.configure(c.configuration))
			require.Equal(t, string(want), render(t, e.play(s)))
		})
	}
}

// render writes a transcript so that two runs can be compared: identifiers are
// numbered in the order of their appearance, times and credentials are named.
func render(t *testing.T, tr transcript) string {
	t.Helper()
	plain := clone[any](t, asJSON(t, tr))
	text, err := json.MarshalIndent(ordered(plain), "", "  ")
	require.NoError(t, err)
	out := string(text)
	for _, v := range volatile {
		seen := []string{}
		out = v.pattern.ReplaceAllStringFunc(out, func(found string) string {
			if !v.numbered {
				return v.name
			}
			i := slices.Index(seen, found)
			if i < 0 {
				i, seen = len(seen), append(seen, found)
			}
			return v.name + "-" + strconv.Itoa(i+1)
		})
	}
	return out + "\n"
}

func asJSON(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	var out any
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

// ordered sorts the lists, because the order of a set means nothing.
func ordered(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			v[name] = ordered(v[name])
		}
	case []any:
		for i := range v {
			v[i] = ordered(v[i])
		}
		slices.SortFunc(v, func(a, b any) int {
			x, _ := json.Marshal(a)
			y, _ := json.Marshal(b)
			return strings.Compare(string(x), string(y))
		})
	}
	return value
}

// volatile is what differs between two runs.
var volatile = []struct {
	name     string
	pattern  *regexp.Regexp
	numbered bool
}{
	{"uuid", regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), true},
	{"time", regexp.MustCompile(`20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| \+0000 UTC)`), false},
}
