package e2e_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// privilegedNamespaces may run what the restricted profile of Pod Security Admission
// forbids: the host network, a browser's sandbox, and exporters that see the host.
var privilegedNamespaces = []string{"media", "recording", "node-metrics"}

// proveSecurity requires that each of our namespaces enforces a profile and warns about
// the same one, and that the apiserver accepts every object once more, in a server-side
// dry run, without a warning.
func proveSecurity(t *testing.T, c *cluster) {
	ctx := context.Background()
	namespaces, err := c.client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	for _, namespace := range namespaces.Items {
		if slices.Contains(kubernetesOwn, namespace.Name) {
			continue
		}
		want := "restricted"
		if slices.Contains(privilegedNamespaces, namespace.Name) {
			want = "privileged"
		}
		for _, mode := range []string{"enforce", "warn"} {
			require.Equal(t, want, namespace.Labels["pod-security.kubernetes.io/"+mode], "%s of namespace %s", mode, namespace.Name)
		}
	}
	warnings := &warnings{}
	config := rest.CopyConfig(c.config)
	config.WarningHandler = warnings
	client, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	applied := 0
	for _, kind := range judgedKinds {
		list, err := client.Resource(kind).List(ctx, metav1.ListOptions{})
		require.NoError(t, err)
		for _, o := range list.Items {
			if metav1.GetControllerOf(&o) != nil || slices.Contains(kubernetesOwn, o.GetNamespace()) {
				continue
			}
			o.SetManagedFields(nil)
			text, err := json.Marshal(o.Object)
			require.NoError(t, err)
			force := true
			_, err = client.Resource(kind).Namespace(o.GetNamespace()).Patch(ctx, o.GetName(), types.ApplyPatchType, text, metav1.PatchOptions{
				DryRun: []string{metav1.DryRunAll}, FieldManager: "e2e", Force: &force, FieldValidation: metav1.FieldValidationStrict,
			})
			require.NoError(t, err, "%s %s/%s", o.GetKind(), o.GetNamespace(), o.GetName())
			applied++
		}
	}
	require.NotZero(t, applied)
	require.Empty(t, warnings.all, "warnings of the apiserver")
	// It would warn: on the host network the API is not restricted any more.
	_, err = client.Resource(judgedKinds[0]).Namespace("gomeet").Patch(ctx, "meetings", types.MergePatchType,
		[]byte(`{"spec":{"template":{"spec":{"hostNetwork":true}}}}`), metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}})
	require.NoError(t, err)
	require.NotEmpty(t, warnings.all, "a warning of a pod on the host network")
	t.Logf("%s: %d objects accepted in a server-side dry run, without a warning", c.site, applied)
}

// warnings keeps those that the apiserver sends with its answers.
type warnings struct {
	mutex sync.Mutex
	all   []string
}

func (w *warnings) HandleWarningHeader(_ int, _ string, text string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.all = append(w.all, text)
}
