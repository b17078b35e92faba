package api_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/kube"
)

// poolWithCount waits until the pool has settled with this many nodes.
func (s *sandbox) poolWithCount(clusterID, poolID string, count int) *godo.KubernetesNodePool {
	s.t.Helper()
	var p *godo.KubernetesNodePool
	s.eventually("the pool has settled", func() bool {
		var err error
		p, _, err = s.client.Kubernetes.GetNodePool(ctx, clusterID, poolID)
		require.NoError(s.t, err)
		return p.Count == count && settled(&godo.KubernetesCluster{NodePools: []*godo.KubernetesNodePool{p}})
	})
	return p
}

func ids(nodes []*godo.KubernetesNode) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, n.ID)
	}
	return all
}

func TestNodePoolLifecycle(t *testing.T) {
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	p, resp, err := s.client.Kubernetes.CreateNodePool(ctx, k.ID, &godo.KubernetesNodePoolCreateRequest{
		Name: "sfu", Size: "c-8", Count: 1, Tags: []string{"media"}, Labels: map[string]string{"role": "sfu"},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	one := s.poolWithCount(k.ID, p.ID, 1)
	pools, _, err := s.client.Kubernetes.ListNodePools(ctx, k.ID, nil)
	require.NoError(t, err)
	require.Len(t, pools, 2)

	_, _, err = s.client.Kubernetes.UpdateNodePool(ctx, k.ID, p.ID, &godo.KubernetesNodePoolUpdateRequest{
		Name: "sfu", Count: godo.PtrTo(3), Labels: map[string]string{"role": "media"},
		Taints: &[]godo.Taint{{Key: "media", Value: "only", Effect: "NoExecute"}},
	})
	require.NoError(t, err)
	three := s.poolWithCount(k.ID, p.ID, 3)
	require.Equal(t, one.Nodes[0].ID, three.Nodes[0].ID)
	require.Contains(t, three.Tags, "media", "a field left out stays")
	s.eventually("the control plane has the nodes", func() bool { return len(s.planes.Nodes(k.ID)) == 5 })
	last := s.planes.Nodes(k.ID)[4]
	require.Equal(t, map[string]string{"role": "media"}, last.Labels)
	require.Equal(t, []godo.Taint{{Key: "media", Value: "only", Effect: "NoExecute"}}, last.Taints)

	_, _, err = s.client.Kubernetes.UpdateNodePool(ctx, k.ID, p.ID, &godo.KubernetesNodePoolUpdateRequest{Name: "sfu", Count: godo.PtrTo(2)})
	require.NoError(t, err)
	two := s.poolWithCount(k.ID, p.ID, 2)
	require.Equal(t, ids(three.Nodes)[:2], ids(two.Nodes), "the newest node goes first")

	_, err = s.client.Kubernetes.DeleteNodePool(ctx, k.ID, p.ID)
	require.NoError(t, err)
	s.eventually("the pool is gone", func() bool {
		_, resp, err := s.client.Kubernetes.GetNodePool(ctx, k.ID, p.ID)
		return err != nil && resp.StatusCode == http.StatusNotFound
	})
	_, err = s.client.Kubernetes.DeleteNodePool(ctx, k.ID, k.NodePools[0].ID)
	requireStatus(t, err, 422, "is the last one")
}

func TestNodePoolRules(t *testing.T) {
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	_, _, err := s.client.Kubernetes.CreateNodePool(ctx, k.ID, &godo.KubernetesNodePoolCreateRequest{Name: "system", Size: "c-8", Count: 1})
	requireStatus(t, err, 422, "already in use in this cluster")
	_, _, err = s.client.Kubernetes.CreateNodePool(ctx, "none", &godo.KubernetesNodePoolCreateRequest{Name: "x", Size: "c-8", Count: 1})
	requireStatus(t, err, 404, "could not be found")
	_, _, err = s.client.Kubernetes.GetNodePool(ctx, k.ID, "none")
	requireStatus(t, err, 404, "could not be found")
	_, err = s.client.Kubernetes.DeleteNode(ctx, k.ID, k.NodePools[0].ID, "none", nil)
	requireStatus(t, err, 404, "could not be found")
	_, _, err = s.client.Kubernetes.UpdateNodePool(ctx, k.ID, k.NodePools[0].ID, &godo.KubernetesNodePoolUpdateRequest{Count: new(int)})
	requireStatus(t, err, 422, "has count 0")
}

func TestDeleteAndReplaceNodes(t *testing.T) {
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	p := k.NodePools[0]
	_, err := s.client.Kubernetes.DeleteNode(ctx, k.ID, p.ID, p.Nodes[0].ID, &godo.KubernetesNodeDeleteRequest{Replace: true})
	require.NoError(t, err)
	replaced := s.poolWithCount(k.ID, p.ID, 2)
	require.NotContains(t, ids(replaced.Nodes), p.Nodes[0].ID)
	require.Contains(t, ids(replaced.Nodes), p.Nodes[1].ID)

	_, err = s.client.Kubernetes.RecycleNodePoolNodes(ctx, k.ID, p.ID, &godo.KubernetesNodePoolRecycleNodesRequest{Nodes: []string{p.Nodes[1].ID}})
	require.NoError(t, err)
	recycled := s.poolWithCount(k.ID, p.ID, 2)
	require.NotContains(t, ids(recycled.Nodes), p.Nodes[1].ID)

	_, err = s.client.Kubernetes.DeleteNode(ctx, k.ID, p.ID, recycled.Nodes[0].ID, nil)
	require.NoError(t, err)
	left := s.poolWithCount(k.ID, p.ID, 1)
	require.Equal(t, recycled.Nodes[1].ID, left.Nodes[0].ID)
	_, err = s.client.Kubernetes.DeleteNode(ctx, k.ID, p.ID, left.Nodes[0].ID, nil)
	requireStatus(t, err, 422, "cannot shrink below 1")
}

// TestDrainIsShown has the drain of a node take its time.
func TestDrainIsShown(t *testing.T) {
	block := make(chan struct{})
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	p := k.NodePools[0]
	s.planes.SetFail(func(ctx context.Context, method, _ string) error {
		if method != "SetNodes" {
			return nil
		}
		select {
		case <-block:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	_, _, err := s.client.Kubernetes.UpdateNodePool(ctx, k.ID, p.ID, &godo.KubernetesNodePoolUpdateRequest{Count: godo.PtrTo(1)})
	require.NoError(t, err)
	got, _, err := s.client.Kubernetes.GetNodePool(ctx, k.ID, p.ID)
	require.NoError(t, err)
	require.Equal(t, 1, got.Count)
	require.Equal(t, "draining", got.Nodes[1].Status.State)
	close(block)
	s.poolWithCount(k.ID, p.ID, 1)
}

func TestAutoscaling(t *testing.T) {
	s := start(t)
	want := make(chan kube.Advice, 1)
	s.planes.SetAdvice(func(_ string, pools []kube.Pool) []kube.Advice {
		select {
		case a := <-want:
			a.PoolID = pools[0].Template.PoolID
			return []kube.Advice{a}
		default:
			return nil
		}
	})
	req := clusterRequest("one")
	auto := req.NodePools[0]
	auto.Count, auto.AutoScale, auto.MinNodes, auto.MaxNodes = 0, true, 1, 3
	k := s.cluster(req)
	p := k.NodePools[0]
	require.Equal(t, 1, p.Count, "without a count the pool starts at its minimum")
	require.Equal(t, 3, p.MaxNodes)

	want <- kube.Advice{Count: 9}
	grown := s.poolWithCount(k.ID, p.ID, 3)
	want <- kube.Advice{Count: 2, Remove: []string{grown.Nodes[1].ID}}
	shrunk := s.poolWithCount(k.ID, p.ID, 2)
	require.False(t, slices.Contains(ids(shrunk.Nodes), grown.Nodes[1].ID))
	require.Contains(t, ids(shrunk.Nodes), grown.Nodes[2].ID)

	// The count is the pool's count: it survives a restart.
	s.restart()
	require.Equal(t, ids(shrunk.Nodes), ids(s.poolWithCount(k.ID, p.ID, 2).Nodes))
	_, _, err := s.client.Kubernetes.UpdateNodePool(ctx, k.ID, p.ID, &godo.KubernetesNodePoolUpdateRequest{AutoScale: new(bool)})
	require.NoError(t, err)
	fixed := s.poolWithCount(k.ID, p.ID, 2)
	require.Zero(t, fixed.MinNodes+fixed.MaxNodes)
}

func TestScaleDownContinuesAfterRestart(t *testing.T) {
	s := start(t)
	k := s.cluster(clusterRequest("one"))
	p := k.NodePools[0]
	s.planes.SetFail(func(ctx context.Context, method, _ string) error {
		if method == "SetNodes" {
			<-ctx.Done() // the drain takes for ever
		}
		return ctx.Err()
	})
	_, _, err := s.client.Kubernetes.UpdateNodePool(ctx, k.ID, p.ID, &godo.KubernetesNodePoolUpdateRequest{Count: godo.PtrTo(1)})
	require.NoError(t, err)
	s.close()
	s.planes.SetFail(nil)
	s.open()
	s.poolWithCount(k.ID, p.ID, 1)
	s.eventually("the control plane has one node", func() bool { return len(s.planes.Nodes(k.ID)) == 1 })
}
