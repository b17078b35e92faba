package recovery

import (
	"context"
	"fmt"
	"net/http"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/internal/engine"
)

func clusters(ctx context.Context, c *Cloud) ([]*godo.KubernetesCluster, error) {
	return list(ctx, c, "clusters", func(ctx context.Context, c *Cloud, o *godo.ListOptions) ([]*godo.KubernetesCluster, *godo.Response, error) {
		return c.Kubernetes.List(ctx, o)
	})
}

// findCluster finds a cluster by its name. One that DigitalOcean made by halves stays in
// the state "error" for ever, and the provider forgets it: it is deleted and made again,
// unless something belongs to it.
func findCluster(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	all, err := clusters(ctx, c)
	var found []Found
	for _, k := range all {
		if k.Name != text(want, "name") {
			continue
		}
		one := Found{ID: k.ID, Import: k.ID}
		switch {
		case k.Status == nil:
		case k.Status.State == godo.KubernetesClusterStatusProvisioning:
			one.Settling = true
		case k.Status.State == godo.KubernetesClusterStatusError && k.Endpoint == "":
			one.Import, one.delete = "", func() error { return deleteHalf(ctx, c, k) }
		}
		found = append(found, one)
	}
	return found, err
}

// deleteHalf deletes a cluster that never ran.
func deleteHalf(ctx context.Context, c *Cloud, k *godo.KubernetesCluster) error {
	owns, _, err := c.Kubernetes.ListAssociatedResourcesForDeletion(ctx, k.ID)
	if err != nil {
		return fmt.Errorf("asking what belongs to it: %w", err)
	}
	if n := len(owns.Volumes) + len(owns.VolumeSnapshots) + len(owns.LoadBalancers); n > 0 {
		return fmt.Errorf("it is in the state error (%s), but %d volumes, snapshots or load balancers belong to it: look at it, and delete it by hand", k.Status.Message, n)
	}
	if _, err := c.Kubernetes.Delete(ctx, k.ID); err != nil {
		return err
	}
	return poll(ctx, func() (bool, error) {
		_, response, err := c.Kubernetes.Get(ctx, k.ID)
		if response != nil && response.StatusCode == http.StatusNotFound {
			return true, nil
		}
		return false, err
	})
}

func findPool(ctx context.Context, c *Cloud, want *engine.Resource) ([]Found, error) {
	all, err := clusters(ctx, c)
	var found []Found
	for _, k := range all {
		for _, p := range k.NodePools {
			if k.ID == text(want, "clusterId") && p.Name == text(want, "name") {
				found = append(found, Found{ID: p.ID, Import: p.ID, delete: func() error {
					_, err := c.Kubernetes.DeleteNodePool(ctx, k.ID, p.ID)
					return err
				}})
			}
		}
	}
	return found, err
}
