package e2e_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// recoversUnnoted makes the state of a run that was killed between making a node pool in
// place of another and noting it, which a kill meets once in a hundred times: the pool that
// was replaced is marked for deletion, others depend on it, and the new one is in the
// account alone. recover takes it in, and what depended on the old one depends on it.
func (w *world) recoversUnnoted(stack string) {
	w.t.Helper()
	const kind = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
	state, resources := w.exported(stack)
	at := slices.IndexFunc(resources, func(r map[string]any) bool { return r["type"] == kind })
	require.GreaterOrEqual(w.t, at, 0)
	urn, id := resources[at]["urn"], resources[at]["id"]
	before := dependents(resources, urn)
	require.NotEmpty(w.t, before)
	resources[at]["id"], resources[at]["delete"] = uuid.NewString(), true
	text, err := json.Marshal(state)
	require.NoError(w.t, err)
	file := filepath.Join(w.t.TempDir(), "state.json")
	require.NoError(w.t, os.WriteFile(file, text, 0o600))
	output, err := w.shell(stack, "pulumi stack import --stack "+stack+" --file "+file)
	require.NoError(w.t, err, output)

	output, err = w.shell(stack, "gomeet recover --stack "+stack)
	require.NoError(w.t, err, output)
	require.Contains(w.t, output, "1 imported, 0 surplus copies deleted")
	_, resources = w.exported(stack)
	require.Equal(w.t, before, dependents(resources, urn))

	output, err = w.shell(stack, "pulumi up --yes --skip-preview --stack "+stack+" --non-interactive")
	require.NoError(w.t, err, output)
	_, resources = w.exported(stack)
	resources = slices.DeleteFunc(resources, func(r map[string]any) bool { return r["urn"] != urn })
	require.Len(w.t, resources, 1)
	require.Equal(w.t, id, resources[0]["id"], "the pool was not made again")
	require.NotContains(w.t, slices.Collect(maps.Keys(resources[0])), "delete")
}

// exported is a stack's state, and the resources in it.
func (w *world) exported(stack string) (state map[string]any, resources []map[string]any) {
	w.t.Helper()
	output, err := w.shell(stack, "pulumi stack export --stack "+stack)
	require.NoError(w.t, err, output)
	require.NoError(w.t, json.Unmarshal([]byte(output), &state))
	for _, r := range state["deployment"].(map[string]any)["resources"].([]any) {
		resources = append(resources, r.(map[string]any))
	}
	return state, resources
}

// dependents are the resources that depend on one, sorted.
func dependents(resources []map[string]any, urn any) (all []string) {
	for _, r := range resources {
		needs, _ := r["dependencies"].([]any)
		if slices.Contains(needs, urn) {
			all = append(all, r["urn"].(string))
		}
	}
	slices.Sort(all)
	return all
}
