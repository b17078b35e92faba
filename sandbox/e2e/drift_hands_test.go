package e2e_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
)

// hands are somebody with the keys of the account and of a site's cluster.
type hands struct {
	cloud
	ctx  context.Context
	t    *testing.T
	site string
	kube kubernetes.Interface
	// known are ids of what is called something else by now.
	known map[string]string
}

func (w *world) hands(stack, site string) *hands {
	kube, _ := w.client(stack, site)
	return &hands{cloud: w.cloud(), ctx: w.t.Context(), t: w.t, site: site, kube: kube, known: map[string]string{}}
}

// at returns the hands for another site's account resources.
func (h *hands) at(site string) *hands {
	other := *h
	other.site, other.kube = site, nil
	return &other
}

// did requires that a change worked.
func did[T any](h *hands, what T, _ *godo.Response, err error) T {
	h.t.Helper()
	require.NoError(h.t, err)
	return what
}

// only returns the one element that is meant.
func only[T any](h *hands, all []T, meant func(T) bool) T {
	h.t.Helper()
	var found []T
	for _, v := range all {
		if meant(v) {
			found = append(found, v)
		}
	}
	require.Len(h.t, found, 1)
	return found[0]
}

func (h *hands) network() string {
	all, response, err := h.VPCs.List(h.ctx, everything)
	return only(h, did(h, all, response, err), func(v *godo.VPC) bool { return v.Name == "gomeet-dev-singapore-vpc" }).ID
}

func (h *hands) cluster() *godo.KubernetesCluster {
	all, response, err := h.Kubernetes.List(h.ctx, everything)
	return only(h, did(h, all, response, err), func(k *godo.KubernetesCluster) bool {
		return slices.ContainsFunc(k.NodePools, func(p *godo.KubernetesNodePool) bool { return p.Labels["gomeet.com/site"] == h.site })
	})
}

// pool changes the node pool of a role.
func (h *hands) pool(role string, request func(*godo.KubernetesNodePool) *godo.KubernetesNodePoolUpdateRequest) {
	c := h.cluster()
	pool := only(h, c.NodePools, func(p *godo.KubernetesNodePool) bool { return p.Labels["gomeet.com/role"] == role })
	changed, response, err := h.Kubernetes.UpdateNodePool(h.ctx, c.ID, pool.ID, request(pool))
	did(h, changed, response, err)
}

// balancer changes the load balancer of an edge.
func (h *hands) balancer(name string, change func(*godo.LoadBalancerRequest)) {
	all, response, err := h.LoadBalancers.List(h.ctx, everything)
	lb := only(h, did(h, all, response, err), func(l godo.LoadBalancer) bool { return l.Name == name })
	request := lb.AsRequest()
	change(request)
	changed, response, err := h.LoadBalancers.Update(h.ctx, lb.ID, request)
	did(h, changed, response, err)
}

func (h *hands) firewall(name string) string {
	all, response, err := h.Firewalls.List(h.ctx, everything)
	return only(h, did(h, all, response, err), func(f godo.Firewall) bool { return f.Name == name }).ID
}

// bucket returns the name of the bucket with a purpose.
func (h *hands) bucket(purpose string) *string {
	all, err := h.objects().ListBuckets(h.ctx, &s3.ListBucketsInput{})
	require.NoError(h.t, err)
	return only(h, all.Buckets, func(b types.Bucket) bool { return strings.Contains(*b.Name, "-"+purpose+"-") }).Name
}
