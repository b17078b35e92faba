package policies_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/policies"
)

// No message shows the secret that it is about.
func TestSecretArgumentsAreNotShown(t *testing.T) {
	for argument, want := range map[string]string{
		"--api-key=hunter2":                                 "argument api-key is a secret",
		"--url=https://web:hunter2@db/web":                  "argument url is a secret",
		"postgres://web:hunter2@db/web":                     "args[0] holds a secret",
		"postgres://web:hunter2@db/web?sslmode=disable":     "args[0] holds a secret",
		"exec web --db postgres://web:hunter2@db/web?a=b":   "args[0] holds a secret",
		"AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQ": "args[0] holds a secret",
		"export DB_PASSWORD=hunter2":                        "args[0] holds a secret",
		"--sslmode=disable":                                 "",
		"echo password=$PASSWORD":                           "",
	} {
		resource := policies.Resource{URN: "urn", Type: "kubernetes:batch/v1:Job", Name: "web", Properties: map[string]any{
			"metadata": map[string]any{"name": "web", "namespace": "app"},
			"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
				"containers": []any{map[string]any{"name": "web", "args": []any{argument}}},
			}}},
		}}
		var found []string
		for _, rule := range policies.Rules() {
			if rule.ID != "gomeet-secret-env" {
				continue
			}
			findings, err := rule.Judge(&policies.Settings{}, []policies.Resource{resource})
			require.NoError(t, err)
			for _, f := range findings {
				found = append(found, f.Message)
			}
		}
		if want == "" {
			require.Empty(t, found, argument)
			continue
		}
		require.Len(t, found, 1, argument)
		require.Equal(t, `container "web": `+want, found[0])
	}
}

// A file whose every line is a comment is an empty one.
func TestParseComments(t *testing.T) {
	for _, text := range []string{"", "# no exceptions any more\n"} {
		file, err := policies.Parse([]byte(text))
		require.NoError(t, err)
		require.Empty(t, file.Exceptions)
	}
}
