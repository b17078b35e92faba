package stacks_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/pulumitest"
)

// templates maps workloads to the annotations of their pods, which make new pods when they
// change.
func templates(t *testing.T, set map[string]string, change func(*pulumitest.Recorder)) map[string]resource.PropertyMap {
	t.Helper()
	r := recorder(false)
	change(r)
	all := map[string]string{"gomeet:pools": `{"recorder":{"size":"c-16","count":1}}`}
	maps.Copy(all, set)
	require.NoError(t, deployWith(t, "dev", r, all))
	found := map[string]resource.PropertyMap{}
	for _, token := range []string{deploymentType, daemonSetType, statefulSetType} {
		for _, res := range r.Resources(token) {
			metadata := res.Inputs["spec"].ObjectValue()["template"].ObjectValue()["metadata"].ObjectValue()
			annotations := metadata["annotations"]
			require.False(t, annotations.ContainsSecrets(), "%s: a preview shows what rolls its pods", res.Name)
			if annotations.IsObject() {
				found[res.Name] = annotations.ObjectValue()
			}
		}
	}
	return found
}

// rolled are the workloads that get new pods, but for the data tier's own.
func rolled(t *testing.T, before, after map[string]resource.PropertyMap) (names []string) {
	t.Helper()
	require.Len(t, after, len(before))
	for name := range before {
		own := strings.Contains(name, "postgres") || strings.Contains(name, "pgbouncer") || strings.Contains(name, "redis")
		if !own && !before[name].DeepEquals(after[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

var (
	apiPods = []string{"singapore-authentication", "singapore-chat", "singapore-meetings", "singapore-signalling", "singapore-turn"}
	// keyPods are all that show each other tokens of LiveKit's key.
	keyPods = slices.Sorted(slices.Values(append([]string{"singapore-livekit", "singapore-egress"}, apiPods...)))
)

// Programs read their secrets when they start, so whoever reads a changed one gets new
// pods, and nobody else.
func TestChangedSecretsRollWhoReadsThem(t *testing.T) {
	same := func(*pulumitest.Recorder) {}
	newCertificate, _ := selfSigned()
	before := templates(t, nil, same)
	require.Empty(t, rolled(t, before, templates(t, nil, same)), "nothing changed")
	for name, c := range map[string]struct {
		set    map[string]string
		change func(*pulumitest.Recorder)
		want   []string
	}{
		"session tokens": {map[string]string{"gomeet:apiSigningKey": "another-" + signingKey}, same, apiPods},
		"LiveKit":        {map[string]string{"gomeet:livekitSecret": "Another" + livekitSecret}, same, keyPods},
		"edge":           {map[string]string{"gomeet:edgeTLS": newCertificate}, same, []string{"singapore-edge"}},
		"bucket": {nil, func(r *pulumitest.Recorder) {
			r.Outputs["digitalocean:index/spacesKey:SpacesKey"] = resource.PropertyMap{
				"accessKey": resource.NewStringProperty("another"), "secretKey": resource.NewStringProperty("secret"),
			}
		}, slices.DeleteFunc(slices.Clone(keyPods), func(name string) bool { return name == "singapore-livekit" })},
		// New pods could not sign in before the servers know the passwords.
		"passwords": {map[string]string{
			"gomeet:redisPassword": "Another" + redisPassword, "gomeet:databasePassword": "Another" + databasePassword,
		}, same, nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, rolled(t, before, templates(t, c.set, c.change)))
		})
	}
}
