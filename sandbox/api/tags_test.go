package api_test

import (
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

func TestTags(t *testing.T) {
	s := start(t)
	tag, _, err := s.client.Tags.Create(ctx, &godo.TagCreateRequest{Name: "Media"})
	require.NoError(t, err)
	require.Equal(t, "Media", tag.Name)
	again, _, err := s.client.Tags.Create(ctx, &godo.TagCreateRequest{Name: "media"})
	require.NoError(t, err)
	require.Equal(t, "Media", again.Name)
	_, _, err = s.client.Tags.Get(ctx, "media")
	requireStatus(t, err, 404, "could not be found")
	_, _, err = s.client.Tags.Create(ctx, &godo.TagCreateRequest{Name: "no spaces"})
	requireStatus(t, err, 422, `tag "no spaces" is invalid`)

	k := s.cluster(clusterRequest("one"))
	id := k.NodePools[0].Nodes[0].DropletID
	one := []godo.Resource{{ID: id, Type: godo.DropletResourceType}}
	_, err = s.client.Tags.TagResources(ctx, "Media", &godo.TagResourcesRequest{Resources: one})
	require.NoError(t, err)
	tag, _, err = s.client.Tags.Get(ctx, "Media")
	require.NoError(t, err)
	require.Equal(t, 1, tag.Resources.Count)
	require.Equal(t, 1, tag.Resources.Droplets.Count)
	require.Zero(t, tag.Resources.Images.Count+tag.Resources.Volumes.Count+tag.Resources.VolumeSnapshots.Count+tag.Resources.Databases.Count)

	tagged, _, err := s.client.Droplets.ListByTag(ctx, "Media", nil)
	require.NoError(t, err)
	require.Len(t, tagged, 1)
	all, _, err := s.client.Droplets.ListByTag(ctx, "k8s:"+k.ID, nil)
	require.NoError(t, err)
	require.Len(t, all, 2)

	_, err = s.client.Tags.UntagResources(ctx, "Media", &godo.UntagResourcesRequest{Resources: one})
	require.NoError(t, err)
	tag, _, err = s.client.Tags.Get(ctx, "Media")
	require.NoError(t, err)
	require.Zero(t, tag.Resources.Count)

	_, err = s.client.Tags.TagResources(ctx, "Media", &godo.TagResourcesRequest{Resources: []godo.Resource{{ID: "1", Type: "droplet"}}})
	requireStatus(t, err, 404, "could not be found")
	_, err = s.client.Tags.TagResources(ctx, "Media", &godo.TagResourcesRequest{Resources: []godo.Resource{{ID: "1", Type: "planet"}}})
	requireStatus(t, err, 422, `resource_type "planet"`)

	_, err = s.client.Tags.TagResources(ctx, "Media", &godo.TagResourcesRequest{Resources: one})
	require.NoError(t, err)
	_, err = s.client.Tags.Delete(ctx, "Media")
	require.NoError(t, err)
	tagged, _, err = s.client.Droplets.ListByTag(ctx, "Media", nil)
	require.NoError(t, err)
	require.Empty(t, tagged)
}

func TestDroplets(t *testing.T) {
	s := start(t)
	v := s.vpc("meet", "10.64.0.0/28")
	req := clusterRequest("one")
	req.VPCUUID = v.ID
	k := s.cluster(req)
	list, _, err := s.client.Droplets.List(ctx, nil)
	require.NoError(t, err)
	require.Len(t, list, 2)
	first, _, err := s.client.Droplets.Get(ctx, list[0].ID)
	require.NoError(t, err)
	require.Equal(t, k.NodePools[0].Nodes[0].Name, first.Name)
	require.Equal(t, "active", first.Status)
	require.Equal(t, "sgp1", first.Region.Slug)
	require.Equal(t, v.ID, first.VPCUUID)
	require.Equal(t, 8192, first.Memory)
	require.Contains(t, first.Tags, "own")
	require.Contains(t, first.Tags, "k8s:worker")
	private, err := first.PrivateIPv4()
	require.NoError(t, err)
	require.Equal(t, "10.64.0.3", private)
	public, err := first.PublicIPv4()
	require.NoError(t, err)
	require.Equal(t, "198.18.0.1", public)
	_, err = s.client.Droplets.Delete(ctx, first.ID)
	requireStatus(t, err, 403, "node of a Kubernetes cluster")

	// A /28 has 16 addresses: 12 nodes fit, after the three reserved first ones and
	// before the broadcast address.
	_, _, err = s.client.Kubernetes.UpdateNodePool(ctx, k.ID, k.NodePools[0].ID, &godo.KubernetesNodePoolUpdateRequest{Count: godo.PtrTo(12)})
	require.NoError(t, err)
	_, _, err = s.client.Kubernetes.UpdateNodePool(ctx, k.ID, k.NodePools[0].ID, &godo.KubernetesNodePoolUpdateRequest{Count: godo.PtrTo(13)})
	requireStatus(t, err, 422, "no free address left")
}
