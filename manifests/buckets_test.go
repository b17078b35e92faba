package manifests_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	// bucketMatcher is one on the limit of a bucket, in YAML or, escaped, in JSON.
	bucketMatcher = regexp.MustCompile(`\ble\s*(=~|!~|=|!=)\s*\\?"([^"]*?)\\?"`)
	wholeNumber   = regexp.MustCompile(`\d+`)
)

// neverMatches tells whether a text asks for a bucket in a form that Prometheus does not
// store: it writes the limit 150 as 150.0.
func neverMatches(text string) (bad []string) {
	for _, m := range bucketMatcher.FindAllStringSubmatch(text, -1) {
		pattern := m[2]
		if m[1] == "=" || m[1] == "!=" {
			pattern = regexp.QuoteMeta(pattern)
		}
		// A backslash is written twice in PromQL, and each of those twice in JSON.
		pattern = regexp.MustCompile(`\\{2,}`).ReplaceAllString(pattern, `\`)
		matcher := regexp.MustCompile("^(?:" + pattern + ")$")
		for _, n := range wholeNumber.FindAllString(m[2], -1) {
			if matcher.MatchString(n) && !matcher.MatchString(n+".0") {
				bad = append(bad, m[0])
			}
		}
	}
	return bad
}

// What golden files hold is what is rendered; the tests of rules are among them, so that
// they do not pass on series that no scrape makes.
func TestBucketsAreNamedAsTheyAreStored(t *testing.T) {
	seen := 0
	for _, folder := range []string{"prometheus/rules/*.yml", "prometheus/tests/*.yml", "grafana/*.json", "prometheus/*.yml"} {
		files, err := filepath.Glob("testdata/" + folder)
		require.NoError(t, err)
		require.NotEmpty(t, files, folder)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Empty(t, neverMatches(string(text)), file)
			seen += len(bucketMatcher.FindAll(text, -1))
		}
	}
	require.Positive(t, seen)
}

func TestUnstoredBucketsAreFound(t *testing.T) {
	for text, found := range map[string]bool{
		`a_bucket{le="150"}`: true, `"a_bucket{le=\"1\"}"`: true, `a_bucket{x="y",le=~"1|5.0"}`: true, `{le!="1"}`: true,
		`a_bucket{le="150.0"}`: false, `a_bucket{le="0.2"}`: false, `a_bucket{le=~"150(\\.0)?"}`: false,
		`"a_bucket{le=~\"150(\\\\.0)?\"}"`: false, `a_bucket{le="+Inf"}`: false, `{role="150"}`: false,
	} {
		require.Equal(t, found, len(neverMatches(text)) > 0, text)
	}
}
