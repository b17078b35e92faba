package e2e_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"
)

// judgedKinds are the kinds that say how pods run and who reaches them. Pods themselves
// are judged by what makes them.
var judgedKinds = []schema.GroupVersionResource{
	{Group: "apps", Version: "v1", Resource: "deployments"},
	{Group: "apps", Version: "v1", Resource: "statefulsets"},
	{Group: "apps", Version: "v1", Resource: "daemonsets"},
	{Group: "batch", Version: "v1", Resource: "jobs"},
	{Group: "batch", Version: "v1", Resource: "cronjobs"},
	{Group: "", Version: "v1", Resource: "services"},
	{Group: "networking.k8s.io", Version: "v1", Resource: "networkpolicies"},
	{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"},
	{Group: "autoscaling", Version: "v2", Resource: "horizontalpodautoscalers"},
}

// objects returns those kinds as they exist, without what the cluster added to them.
func (c *cluster) objects(t *testing.T) []unstructured.Unstructured {
	t.Helper()
	client, err := dynamic.NewForConfig(c.config)
	require.NoError(t, err)
	var all []unstructured.Unstructured
	for _, kind := range judgedKinds {
		list, err := client.Resource(kind).List(context.Background(), metav1.ListOptions{})
		require.NoError(t, err, kind)
		for _, o := range list.Items {
			made := metav1.GetControllerOf(&o) != nil
			if made || (o.GetNamespace() == metav1.NamespaceDefault && o.GetName() == "kubernetes") {
				continue
			}
			for _, added := range [][]string{
				{"status"}, {"metadata", "managedFields"}, {"metadata", "uid"}, {"metadata", "resourceVersion"},
				{"metadata", "creationTimestamp"}, {"metadata", "generation"},
			} {
				unstructured.RemoveNestedField(o.Object, added...)
			}
			all = append(all, o)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// inYAML is the documents of a file.
func inYAML(t *testing.T, objects []unstructured.Unstructured) []byte {
	t.Helper()
	var file bytes.Buffer
	for _, o := range objects {
		text, err := yaml.Marshal(o.Object)
		require.NoError(t, err)
		file.WriteString("---\n")
		file.Write(text)
	}
	return file.Bytes()
}
