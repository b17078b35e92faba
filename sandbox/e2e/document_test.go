package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite what documents show: the tables of docs/workloads.md, the README's make up")

// The tables of docs/workloads.md are those that TestProd proves.
func TestWorkloadsDocumented(t *testing.T) {
	const path = "../../docs/workloads.md"
	edges := "| From | To | Ports | Why |\n| --- | --- | --- | --- |\n"
	for _, e := range readEdges(t).Edges {
		why := e.Why
		if e.At != "" {
			why += " (" + e.At + ")"
		}
		edges += fmt.Sprintf("| %s | %s | %s | %s |\n", quoted(e.From), quoted(e.To), strings.Join(e.Ports, ", "), why)
	}
	exceptions := "| Object | Check | Reason |\n| --- | --- | --- |\n"
	for _, e := range readExceptions(t) {
		exceptions += fmt.Sprintf("| `%s` | %s | %s |\n", e.Object, e.Check, e.Reason)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	want := string(text)
	for name, table := range map[string]string{"edges.yaml": edges, "kube-score-exceptions.yaml": exceptions} {
		place := regexp.MustCompile(`(?s)(<!-- sandbox/e2e/testdata/` + regexp.QuoteMeta(name) + ` -->\n).*?(<!-- end -->)`)
		require.Regexp(t, place, want)
		want = place.ReplaceAllStringFunc(want, func(old string) string {
			marks := place.FindStringSubmatch(old)
			return marks[1] + table + marks[2]
		})
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(text), "run the test with -update if the change is wanted")
}

func quoted(places []string) string {
	return "`" + strings.Join(places, "`, `") + "`"
}
