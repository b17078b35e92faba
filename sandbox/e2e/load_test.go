package e2e_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// loadRole marks the nodes of load tests, by label and taint (docs/load.md).
const loadRole = "load"

// loadTests are those that have a Job.
var loadTests = []string{"websocket", "api", "signalling"}

// proveLoad gives a cluster what "gomeet load manifests" prints for each test, on nodes as
// "gomeet load plan" wants them. The API server must take every object, strictly and without
// a warning, and the workers must run on those nodes and come to their end.
func (w *world) proveLoad(t *testing.T, c *cluster) {
	ctx, h := context.Background(), w.hands("prod", c.site)
	kube := h.cluster().ID
	pool, _, err := h.Kubernetes.CreateNodePool(ctx, kube, &godo.KubernetesNodePoolCreateRequest{
		Name: loadRole, Size: "m-4vcpu-32gb", Count: 10, // the most that a test of prod takes
		Labels: map[string]string{"gomeet.com/role": loadRole},
		Taints: []godo.Taint{{Key: "gomeet.com/role", Value: loadRole, Effect: "NoSchedule"}},
	})
	require.NoError(t, err)
	for _, test := range loadTests {
		manifests, err := w.shell("prod", "gomeet load manifests "+test+" --stack prod 2>/dev/null")
		require.NoError(t, err, manifests)
		c.apply(t, manifests)
	}
	for _, test := range loadTests {
		c.proveJob(t, "load-"+test)
	}
	require.NoError(t, c.client.CoreV1().Namespaces().Delete(ctx, loadRole, metav1.DeleteOptions{}))
	_, err = h.Kubernetes.DeleteNodePool(ctx, kube, pool.ID)
	require.NoError(t, err)
}

// proveJob requires that every worker of a Job ended well, and where it belongs.
func (c *cluster) proveJob(t *testing.T, name string) {
	t.Helper()
	var job *batchv1.Job
	require.Eventually(t, func() bool {
		var err error
		job, err = c.client.BatchV1().Jobs(loadRole).Get(context.Background(), name, metav1.GetOptions{})
		return err == nil && job.Status.Succeeded == *job.Spec.Completions
	}, settle, 100*time.Millisecond, "workers of %s", name)
	require.Equal(t, *job.Spec.Completions, *job.Spec.Parallelism, "all at the same time")
	pods, err := c.client.CoreV1().Pods(loadRole).List(context.Background(), metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + name})
	require.NoError(t, err)
	indexes := map[string]bool{}
	for _, pod := range pods.Items {
		node, err := c.client.CoreV1().Nodes().Get(context.Background(), pod.Spec.NodeName, metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, loadRole, node.Labels["gomeet.com/role"], "node of %s", pod.Name)
		indexes[pod.Labels[batchv1.JobCompletionIndexAnnotation]] = true
	}
	require.Len(t, indexes, int(*job.Spec.Completions), "every worker has a segment of its own")
	t.Logf("%s: %d workers on nodes of their own", name, len(indexes))
}

// apply gives the API server objects as "kubectl apply --server-side" does. It refuses
// fields that the API does not have, and warnings.
func (c *cluster) apply(t *testing.T, manifests string) {
	t.Helper()
	config, said := rest.CopyConfig(c.config), &warnings{}
	config.WarningHandler = said
	client, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.client.Discovery()))
	documents, objects := yaml.NewYAMLOrJSONDecoder(strings.NewReader(manifests), 4096), 0
	for {
		var object unstructured.Unstructured
		if err := documents.Decode(&object.Object); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
		kind := object.GroupVersionKind()
		mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
		require.NoError(t, err)
		body, err := runtime.Encode(unstructured.UnstructuredJSONScheme, &object)
		require.NoError(t, err)
		var into dynamic.ResourceInterface = client.Resource(mapping.Resource)
		if object.GetNamespace() != "" {
			into = client.Resource(mapping.Resource).Namespace(object.GetNamespace())
		}
		_, err = into.Patch(context.Background(), object.GetName(), types.ApplyPatchType, body,
			metav1.PatchOptions{FieldManager: "e2e", FieldValidation: metav1.FieldValidationStrict})
		require.NoError(t, err, "%s %s", kind.Kind, object.GetName())
		objects++
	}
	require.NotZero(t, objects)
	require.Empty(t, said.all)
}
