package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// proveRollouts gives every Deployment another image, all at once, and then its own again.
// At every moment each with a budget keeps the ready pods that it promises.
func proveRollouts(t *testing.T, c *cluster) {
	ctx, watched, promised := context.Background(), c.follow(t), c.promised(t)
	list, err := c.client.AppsV1().Deployments("").List(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	watched.watchLeast()
	old := watched.names()
	change := func(image func(string) string) {
		for _, d := range list.Items {
			container := d.Spec.Template.Spec.Containers[0]
			patch := fmt.Sprintf(`{"spec":{"template":{"spec":{"containers":[{"name":%q,"image":%q}]}}}}`, container.Name, image(container.Image))
			_, err := c.client.AppsV1().Deployments(d.Namespace).Patch(ctx, d.Name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
			require.NoError(t, err)
		}
		for _, d := range list.Items {
			require.Eventually(t, func() bool {
				now, err := c.client.AppsV1().Deployments(d.Namespace).Get(ctx, d.Name, metav1.GetOptions{})
				return err == nil && rolledOut(now)
			}, settle, 50*time.Millisecond, "rollout of %s/%s", d.Namespace, d.Name)
		}
	}
	change(func(image string) string { return strings.Split(image, "@")[0] + "-next" })
	change(func(image string) string { return image })
	fewest := watched.fewest()
	for _, d := range list.Items {
		app := d.Namespace + "/" + d.Labels[nameLabel]
		if _, ok := promised[app]; !ok {
			require.Equal(t, "monitoring", d.Namespace, "Deployment %s has no budget", d.Name)
			continue
		}
		require.GreaterOrEqual(t, fewest[app], promised[app], "ready pods of %s at the worst moment of a rollout", app)
		for name := range watched.names()[app] {
			require.NotContains(t, old[app], name, "nothing replaced this pod of %s", app)
		}
	}
	t.Logf("%s: %d Deployments rolled out and back, within their budgets at every moment", c.site, len(list.Items))
}

// rolledOut says that all pods are of the newest template and ready.
func rolledOut(d *appsv1.Deployment) bool {
	s, want := d.Status, *d.Spec.Replicas
	return s.ObservedGeneration == d.Generation && s.UpdatedReplicas == want && s.Replicas == want && s.ReadyReplicas == want
}
