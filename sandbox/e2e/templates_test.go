package e2e_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// nameLabel names a pod's app, which NetworkPolicies select by.
const nameLabel = "app.kubernetes.io/name"

// template is the pod that a controller makes, whether or not one runs now: a CronJob's
// pod has to be reachable, too, when its time comes.
type template struct {
	kind, namespace, name string
	pod                   corev1.PodTemplateSpec
}

// templates returns those of all controllers of the cluster.
func (c *cluster) templates(t *testing.T) []template {
	t.Helper()
	ctx, all := context.Background(), metav1.ListOptions{}
	var found []template
	add := func(kind string, o metav1.ObjectMeta, pod corev1.PodTemplateSpec) {
		found = append(found, template{kind, o.Namespace, o.Name, pod})
	}
	deployments, err := c.client.AppsV1().Deployments("").List(ctx, all)
	require.NoError(t, err)
	for _, o := range deployments.Items {
		add("Deployment", o.ObjectMeta, o.Spec.Template)
	}
	sets, err := c.client.AppsV1().StatefulSets("").List(ctx, all)
	require.NoError(t, err)
	for _, o := range sets.Items {
		add("StatefulSet", o.ObjectMeta, o.Spec.Template)
	}
	daemons, err := c.client.AppsV1().DaemonSets("").List(ctx, all)
	require.NoError(t, err)
	for _, o := range daemons.Items {
		add("DaemonSet", o.ObjectMeta, o.Spec.Template)
	}
	jobs, err := c.client.BatchV1().Jobs("").List(ctx, all)
	require.NoError(t, err)
	for _, o := range jobs.Items {
		if metav1.GetControllerOf(&o) == nil {
			add("Job", o.ObjectMeta, o.Spec.Template)
		}
	}
	schedules, err := c.client.BatchV1().CronJobs("").List(ctx, all)
	require.NoError(t, err)
	for _, o := range schedules.Items {
		add("CronJob", o.ObjectMeta, o.Spec.JobTemplate.Spec.Template)
	}
	require.NotEmpty(t, found)
	return found
}
