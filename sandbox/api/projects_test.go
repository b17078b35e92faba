package api_test

import (
	"net/http"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/api"
)

func TestProjectLifecycle(t *testing.T) {
	s := start(t)
	standard, _, err := s.client.Projects.GetDefault(ctx)
	require.NoError(t, err)
	require.True(t, standard.IsDefault)

	p, _, err := s.client.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "meet", Purpose: "Video", Environment: "production"})
	require.NoError(t, err)
	require.Equal(t, "Other: Video", p.Purpose)
	require.Equal(t, "Production", p.Environment)
	require.False(t, p.IsDefault)
	p, _, err = s.client.Projects.Update(ctx, p.ID, &godo.UpdateProjectRequest{Description: "text"})
	require.NoError(t, err)
	require.Equal(t, "text", p.Description)
	require.Equal(t, "Other: Video", p.Purpose)
	require.Equal(t, []string{"meet"}, s.inventory().Kinds["projects"].Names)

	k := s.cluster(clusterRequest("one"))
	in, _, err := s.client.Projects.ListResources(ctx, standard.ID, nil)
	require.NoError(t, err)
	require.Len(t, in, 1)
	require.Equal(t, k.URN(), in[0].URN)
	require.Contains(t, in[0].Links.Self, "/v2/kubernetes/clusters/"+k.ID)

	for _, status := range []string{"assigned", "already_assigned"} {
		got, _, err := s.client.Projects.AssignResources(ctx, p.ID, k)
		require.NoError(t, err)
		require.Equal(t, status, got[0].Status)
	}
	got, _, err := s.client.Projects.AssignResources(ctx, p.ID, "do:kubernetes:none")
	require.NoError(t, err)
	require.Equal(t, "not_found", got[0].Status)
	in, _, err = s.client.Projects.ListResources(ctx, standard.ID, nil)
	require.NoError(t, err)
	require.Empty(t, in)

	_, err = s.client.Projects.Delete(ctx, p.ID)
	requireStatus(t, err, http.StatusPreconditionFailed, "cannot delete a project with resources")
	_, err = s.client.Projects.Delete(ctx, standard.ID)
	requireStatus(t, err, http.StatusPreconditionFailed, "default project")

	_, _, err = s.client.Projects.AssignResources(ctx, standard.ID, k.URN())
	require.NoError(t, err)
	_, err = s.client.Projects.Delete(ctx, p.ID)
	require.NoError(t, err)
	_, _, err = s.client.Projects.Get(ctx, p.ID)
	requireStatus(t, err, http.StatusNotFound, "could not be found")
}

func TestDefaultProjectChanges(t *testing.T) {
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	old, _, err := s.client.Projects.GetDefault(ctx)
	require.NoError(t, err)
	p, _, err := s.client.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "meet", Purpose: "IoT"})
	require.NoError(t, err)
	_, _, err = s.client.Projects.Update(ctx, p.ID, &godo.UpdateProjectRequest{IsDefault: true})
	require.NoError(t, err)
	now, _, err := s.client.Projects.GetDefault(ctx)
	require.NoError(t, err)
	require.Equal(t, p.ID, now.ID)
	in, _, err := s.client.Projects.ListResources(ctx, old.ID, nil)
	require.NoError(t, err)
	require.Equal(t, k.URN(), in[0].URN, "the cluster stays where it was")
	_, _, err = s.client.Projects.Update(ctx, p.ID, &godo.UpdateProjectRequest{IsDefault: false})
	requireStatus(t, err, http.StatusPreconditionFailed, "is_default is false")
}

func TestProjectRules(t *testing.T) {
	s := start(t)
	_, _, err := s.client.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "taken", Purpose: "IoT"})
	require.NoError(t, err)
	for _, tc := range []struct {
		name    string
		req     godo.CreateProjectRequest
		status  int
		message string
	}{
		{"no name", godo.CreateProjectRequest{Purpose: "IoT"}, 422, "name has 0 characters"},
		{"no purpose", godo.CreateProjectRequest{Name: "p"}, 422, "purpose has 0 characters"},
		{"environment", godo.CreateProjectRequest{Name: "p", Purpose: "IoT", Environment: "Moon"}, 422, `environment "Moon"`},
		{"name in use", godo.CreateProjectRequest{Name: "taken", Purpose: "IoT"}, 409, `name "taken" is already in use`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := s.client.Projects.Create(ctx, &tc.req)
			requireStatus(t, err, tc.status, tc.message)
		})
	}
}

// Buckets are the S3 API's, and still in projects and in the inventory.
func TestProjectsHoldBuckets(t *testing.T) {
	s := start(t, func(cfg *api.Config) {
		cfg.Buckets = func() ([]api.Bucket, error) { return []api.Bucket{{Name: "recordings"}}, nil }
	})
	p, _, err := s.client.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "meet", Purpose: "Video"})
	require.NoError(t, err)
	got, _, err := s.client.Projects.AssignResources(ctx, p.ID, "do:space:recordings", "do:space:none")
	require.NoError(t, err)
	require.Equal(t, "assigned", got[0].Status)
	require.Equal(t, "not_found", got[1].Status)
	in, _, err := s.client.Projects.ListResources(ctx, p.ID, nil)
	require.NoError(t, err)
	require.Len(t, in, 1)
	require.Equal(t, []string{"recordings"}, s.inventory().Kinds["spaces_buckets"].Names)
}

// The registry an account has from the start is nothing that a stack left behind.
func TestRegistryFromTheStart(t *testing.T) {
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	request := &godo.KubernetesClusterRegistryRequest{ClusterUUIDs: []string{k.ID}}
	_, err := s.client.Kubernetes.AddRegistry(ctx, request)
	require.ErrorContains(t, err, "no container registry")

	s = start(t, func(cfg *api.Config) { cfg.Registry = "images" })
	r, _, err := s.client.Registry.Get(ctx)
	require.NoError(t, err)
	require.Equal(t, "images", r.Name)
	require.Empty(t, s.inventory().Kinds["registries"].Names)
	k = s.cluster(clusterRequest("one"))
	request.ClusterUUIDs = []string{k.ID}
	_, err = s.client.Kubernetes.AddRegistry(ctx, request)
	require.NoError(t, err)
}
