package stacks_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/pulumitest"
	"github.com/gomeet/infra/manifests"
)

// What people type at night names objects that exist: those of prod with everything in it.
func TestRunbooksNameWhatThereIs(t *testing.T) {
	r := recorder(false)
	require.NoError(t, deployWith(t, "prod", r, ownStore()))
	sets, deployments := objects(t, r, statefulSetType), objects(t, r, deploymentType)
	project, err := os.ReadFile("../Pulumi.yaml")
	require.NoError(t, err)
	scripts, err := manifests.Scripts()
	require.NoError(t, err)
	namespaces := objects(t, r, "kubernetes:core/v1:Namespace")
	namespaces["kube-system"] = true
	labels := map[string]bool{
		manifests.PatroniScopeLabel + "=" + manifests.DefaultPatroni().Scope: true, "gomeet.com/role=pg": true,
	}
	for _, apps := range []map[string]bool{sets, deployments} {
		for app := range apps {
			labels["app.kubernetes.io/name="+app] = true
		}
	}

	for _, kind := range []struct {
		what, pattern string
		exists        func(name string) bool
	}{
		{"CronJob", `cronjob/([a-z-]+)`, in(objects(t, r, "kubernetes:batch/v1:CronJob"))},
		{"StatefulSet", `\b(?:statefulset[/ ]|sts )([a-z-]+)`, in(sets)},
		{"Deployment", `deployment/([a-z-]+)`, in(deployments)},
		{"member", `(?:exec |pod/|pvc/data-)([a-z-]+)-\d`, in(sets)},
		{"Secret", `get secret ([a-z-]+)`, in(objects(t, r, secretType))},
		{"namespace", ` -n ([a-z-]+)`, in(namespaces)},
		{"label", `-l ([a-z./-]+=[a-z]+)`, in(labels)},
		{"script", `/scripts/([a-z-]+\.sh)`, func(name string) bool { return scripts[name] != "" }},
		{"key", `pulumi config (?:set|rm|get) (gomeet:\w+)`, func(name string) bool { return strings.Contains(string(project), "\n  "+name+":\n") }},
	} {
		named := 0
		for _, doc := range []string{"data", "recovery", "alerts", "real-account"} {
			text, err := os.ReadFile("../docs/" + doc + ".md")
			require.NoError(t, err)
			for _, m := range regexp.MustCompile(kind.pattern).FindAllStringSubmatch(string(text), -1) {
				require.True(t, kind.exists(m[1]), "docs/%s.md says %q: there is no such %s", doc, m[0], kind.what)
				named++
			}
		}
		require.NotZero(t, named, "no runbook names a %s any more: this test does not understand them", kind.what)
	}
}

// objects are the names of the objects of a type.
func objects(t *testing.T, r *pulumitest.Recorder, token string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, res := range r.Resources(token) {
		names[at(t, res.Inputs, "metadata", "name").StringValue()] = true
	}
	require.NotEmpty(t, names, token)
	return names
}

func in(names map[string]bool) func(string) bool {
	return func(name string) bool { return names[name] }
}
