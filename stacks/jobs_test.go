package stacks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Kubernetes lets nobody change the pod of a Job that was made. So another pod needs another
// name, or it is applied onto the old Job, and every deployment stops there.
func TestAnotherJobHasAnotherName(t *testing.T) {
	names := func(t *testing.T, changed map[string]string) []string {
		t.Helper()
		config := ownStore()
		for key, value := range changed {
			config[key] = value
		}
		r := recorder(false)
		require.NoError(t, deployWith(t, "dev", r, config))
		var found []string
		for _, job := range r.Resources("kubernetes:batch/v1:Job") {
			name := at(t, job.Inputs, "metadata", "name")
			require.False(t, name.IsSecret())
			// The provider's own limit is ten minutes.
			require.Equal(t, fmt.Sprintf("%vs", at(t, job.Inputs, "spec", "activeDeadlineSeconds").NumberValue()), job.Options.GetCustomTimeouts().GetCreate())
			require.Regexp(t, `^(postgres-migrate|minio-setup|redis-create|postgres-backup-first)-[0-9a-f]{8}$`, name.StringValue())
			found = append(found, name.StringValue())
		}
		require.Len(t, found, 4)
		return found
	}
	before := names(t, nil)
	require.ElementsMatch(t, before, names(t, nil), "nothing changed")
	sites := configuration(t, "dev")["gomeet:sites"]
	for what, test := range map[string]struct {
		key, value string
		kept       int
	}{
		"PostgreSQL's image": {"gomeet:postgresImage", "ghcr.io/gomeet/postgres:17-2", 3},
		"MinIO's image":      {"gomeet:minioImage", "ghcr.io/gomeet/minio:another", 3},
		"its password":       {"gomeet:objectStorePassword", strings.Repeat("s", 43), 3},
		"the site's label":   {"gomeet:sites", strings.ReplaceAll(sites, "singapore", "malacca"), 0},
	} {
		t.Run(what, func(t *testing.T) {
			kept := 0
			for _, name := range names(t, map[string]string{test.key: test.value}) {
				if slices.Contains(before, name) {
					kept++
				}
			}
			require.Equal(t, test.kept, kept)
		})
	}
}
