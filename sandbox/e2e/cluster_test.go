package e2e_test

import (
	"context"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// cluster is what a site's Kubernetes says of itself.
type cluster struct {
	site   string
	config *rest.Config
	client kubernetes.Interface
	nodes  []corev1.Node
	// pods are those of all namespaces.
	pods []corev1.Pod
}

// client reaches a site's cluster with the stack's own kubeconfig.
func (w *world) client(stack, site string) (kubernetes.Interface, *rest.Config) {
	w.t.Helper()
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(w.kubeconfig(stack, site)))
	require.NoError(w.t, err)
	// Tests ask for many objects at once; the client's own limit would only slow them.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	require.NoError(w.t, err)
	return client, config
}

// cluster reads a site's cluster.
func (w *world) cluster(stack, site string) *cluster {
	w.t.Helper()
	client, config := w.client(stack, site)
	nodes, err := client.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{})
	require.NoError(w.t, err)
	pods, err := client.CoreV1().Pods("").List(context.Background(), metav1.ListOptions{})
	require.NoError(w.t, err)
	return &cluster{site: site, config: config, client: client, nodes: nodes.Items, pods: pods.Items}
}

// role returns the role of a node's pool.
func (c *cluster) role(node string) string {
	for _, n := range c.nodes {
		if n.Name == node {
			return n.Labels["gomeet.com/role"]
		}
	}
	return ""
}
