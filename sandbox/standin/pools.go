package standin

import (
	"context"
	"slices"
	"strings"

	"github.com/digitalocean/godo"
)

// taint is a node pool's taint.
type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// node is one member of a node pool.
type node struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	DropletID string `json:"dropletId"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

// nodePoolState is digitalocean.KubernetesNodePool.
type nodePoolState struct {
	ClusterID       string            `json:"clusterId" pulumi:"required,replace"`
	Name            string            `json:"name"`
	Size            string            `json:"size" pulumi:"required,replace"`
	NodeCount       int               `json:"nodeCount,omitempty"`
	AutoScale       bool              `json:"autoScale"`
	MinNodes        int               `json:"minNodes,omitempty"`
	MaxNodes        int               `json:"maxNodes,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
	Tags            []string          `json:"tags,omitempty" pulumi:"set"`
	Taints          []taint           `json:"taints,omitempty" pulumi:"set"`
	ActualNodeCount int               `json:"actualNodeCount" pulumi:"output"`
	Nodes           []node            `json:"nodes" pulumi:"output"`
}

// count is the number of nodes to ask for: an autoscaled pool without one starts
// at its minimum.
func (s nodePoolState) count() int {
	if s.NodeCount == 0 && s.AutoScale {
		return s.MinNodes
	}
	return s.NodeCount
}

func (s nodePoolState) taints() []godo.Taint {
	out := []godo.Taint{}
	for _, t := range s.Taints {
		out = append(out, godo.Taint{Key: t.Key, Value: t.Value, Effect: t.Effect})
	}
	return out
}

var nodePool = of[nodePoolState]{
	// resource_kubernetes_node_pool.go sets the id after waitForKubernetesNodePoolCreate.
	forgotten: true,
	make: func(ctx context.Context, c *clients, in nodePoolState) (string, error) {
		made, _, err := c.Kubernetes.CreateNodePool(ctx, in.ClusterID, &godo.KubernetesNodePoolCreateRequest{
			Name: in.Name, Size: in.Size, Count: in.count(), Tags: in.Tags, Labels: in.Labels, Taints: in.taints(),
			AutoScale: in.AutoScale, MinNodes: in.MinNodes, MaxNodes: in.MaxNodes,
		})
		if err != nil {
			return "", err
		}
		return made.ID, nil
	},
	wait: func(ctx context.Context, c *clients, id string, in nodePoolState) error {
		return poolRunning(ctx, c, in.ClusterID, id)
	},
	name: func(ctx context.Context, c *clients, name string) (string, nodePoolState, error) {
		clusters, _, err := c.Kubernetes.List(ctx, &godo.ListOptions{PerPage: 200})
		if err != nil {
			return "", nodePoolState{}, err
		}
		for _, k := range clusters {
			if slices.ContainsFunc(k.NodePools, func(p *godo.KubernetesNodePool) bool { return p.ID == name }) {
				return name, nodePoolState{ClusterID: k.ID}, nil
			}
		}
		return "", nodePoolState{}, errGone
	},
	look: func(ctx context.Context, c *clients, id string, old nodePoolState) (nodePoolState, error) {
		pool, _, err := c.Kubernetes.GetNodePool(ctx, old.ClusterID, id)
		if err != nil {
			return nodePoolState{}, err
		}
		return describePool(old.ClusterID, pool, old.NodeCount), nil
	},
	change: func(ctx context.Context, c *clients, id string, in, _ nodePoolState) error {
		taints := in.taints()
		request := &godo.KubernetesNodePoolUpdateRequest{
			Name: in.Name, Tags: in.Tags, Labels: in.Labels, Taints: &taints,
			AutoScale: &in.AutoScale, MinNodes: &in.MinNodes, MaxNodes: &in.MaxNodes,
		}
		if !in.AutoScale {
			request.Count = &in.NodeCount
		}
		if _, _, err := c.Kubernetes.UpdateNodePool(ctx, in.ClusterID, id, request); err != nil {
			return err
		}
		return poolRunning(ctx, c, in.ClusterID, id)
	},
	remove: func(ctx context.Context, c *clients, id string, old nodePoolState) error {
		if _, err := c.Kubernetes.DeleteNodePool(ctx, old.ClusterID, id); err != nil {
			return err
		}
		return untilGone(ctx, func() error {
			_, _, err := c.Kubernetes.GetNodePool(ctx, old.ClusterID, id)
			return err
		})
	},
}

// describePool is the state of a pool. The count of an autoscaled pool moves by
// itself, so it keeps the count the program gave, as the official provider does.
func describePool(clusterID string, pool *godo.KubernetesNodePool, given int) nodePoolState {
	s := nodePoolState{
		ClusterID: clusterID, Name: pool.Name, Size: pool.Size, NodeCount: pool.Count, ActualNodeCount: pool.Count,
		AutoScale: pool.AutoScale, MinNodes: pool.MinNodes, MaxNodes: pool.MaxNodes,
		Labels: pool.Labels, Tags: ownTags(pool.Tags), Nodes: []node{},
	}
	if pool.AutoScale {
		s.NodeCount = given
	}
	for _, t := range pool.Taints {
		s.Taints = append(s.Taints, taint{t.Key, t.Value, t.Effect})
	}
	for _, n := range pool.Nodes {
		s.Nodes = append(s.Nodes, node{
			ID: n.ID, Name: n.Name, Status: n.Status.State, DropletID: n.DropletID,
			CreatedAt: n.CreatedAt.UTC().String(), UpdatedAt: n.UpdatedAt.UTC().String(),
		})
	}
	return s
}

// defaultPoolTag marks a cluster's default pool, as the official provider does.
const defaultPoolTag = "terraform:default-node-pool"

// ownTags leaves out the tags that DOKS and the provider add.
func ownTags(tags []string) []string {
	own := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool {
		return tag == "k8s" || strings.HasPrefix(tag, "k8s:") || tag == defaultPoolTag
	})
	slices.Sort(own)
	return own
}

// poolRunning waits until every node of a pool runs.
func poolRunning(ctx context.Context, c *clients, clusterID, id string) error {
	return until(ctx, func() (bool, error) {
		pool, _, err := c.Kubernetes.GetNodePool(ctx, clusterID, id)
		if err != nil {
			return false, err
		}
		running := 0
		for _, n := range pool.Nodes {
			if n.Status.State == "running" {
				running++
			}
		}
		return running == len(pool.Nodes) && running >= pool.Count, nil
	})
}
