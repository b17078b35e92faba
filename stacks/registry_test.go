package stacks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A pod whose account is not the default one names the registry's credentials itself: the
// integration of DigitalOcean's registry gives them to that one alone.
func TestPrivateImagesCanBePulled(t *testing.T) {
	const registry = "registry.digitalocean.com/ours/"
	r := recorder(false)
	require.NoError(t, deployWith(t, "dev", r, map[string]string{
		"gomeet:postgresImage": registry + "postgres:17", "gomeet:toolsImage": registry + "tools:1", "gomeet:apiImage": registry + "api:1",
	}))
	found := 0
	for token, path := range map[string][]any{
		statefulSetType:                {"spec", "template", "spec"},
		deploymentType:                 {"spec", "template", "spec"},
		"kubernetes:batch/v1:Job":      {"spec", "template", "spec"},
		"kubernetes:batch/v1:CronJob":  {"spec", "jobTemplate", "spec", "template", "spec"},
		"kubernetes:apps/v1:DaemonSet": {"spec", "template", "spec"},
	} {
		for _, workload := range r.Resources(token) {
			pod := at(t, workload.Inputs, path...).ObjectValue()
			image := at(t, pod, "containers", 0, "image").StringValue()
			if !pod["serviceAccountName"].HasValue() || pod["serviceAccountName"].IsNull() {
				continue
			}
			if !strings.HasPrefix(image, registry) {
				require.False(t, pod["imagePullSecrets"].HasValue(), workload.Name)
				continue
			}
			require.Equal(t, "ours", at(t, pod, "imagePullSecrets", 0, "name").StringValue(), workload.Name)
			found++
		}
	}
	require.GreaterOrEqual(t, found, 4, "PostgreSQL, its backups and the state's")
}
