package api

import (
	"regexp"
	"slices"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"
)

// pool is a node pool, as it is stored inside its cluster.
type pool struct {
	ID, Name, Size   string
	Count            int
	Tags             []string
	Labels           map[string]string
	Taints           []taint
	AutoScale        bool
	MinNodes         int
	MaxNodes         int
	GPUPartitionMode string
	Nodes            []node
	Created          time.Time
	// Deleting says that the pool goes when its nodes have gone.
	Deleting bool
}

// taint is godo.Taint with the field names that the API sends.
type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// poolRequest is godo's request to create a node pool, with readable taints.
type poolRequest struct {
	godo.KubernetesNodePoolCreateRequest
	Taints []taint `json:"taints"`
}

// shownPool is a node pool as the API shows it.
type shownPool struct {
	ID               string            `json:"id"`
	Name             string            `json:"name"`
	Size             string            `json:"size"`
	Count            int               `json:"count"`
	Tags             []string          `json:"tags"`
	Labels           map[string]string `json:"labels"`
	Taints           []taint           `json:"taints"`
	AutoScale        bool              `json:"auto_scale"`
	MinNodes         int               `json:"min_nodes"`
	MaxNodes         int               `json:"max_nodes"`
	GPUPartitionMode string            `json:"gpu_partition_mode,omitempty"`
	Nodes            []shownNode       `json:"nodes"`
}

func (p pool) show() shownPool {
	shown := shownPool{
		ID: p.ID, Name: p.Name, Size: p.Size, Count: p.Count, Tags: p.Tags, Labels: p.Labels,
		Taints: append([]taint{}, p.Taints...), AutoScale: p.AutoScale, MinNodes: p.MinNodes, MaxNodes: p.MaxNodes,
		GPUPartitionMode: p.GPUPartitionMode, Nodes: make([]shownNode, len(p.Nodes)),
	}
	for i, n := range p.Nodes {
		shown.Nodes[i] = n.show()
	}
	return shown
}

// poolName is what a pool's name is made of: it begins the names of its nodes,
// which are DNS names in lower case
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
var poolName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// maxPoolName leaves room for a dash and nodeSuffix characters in a DNS label of
// 63 characters.
const maxPoolName = 63 - 1 - nodeSuffix

func checkPoolName(pools []pool, id, name string) error {
	if !poolName.MatchString(name) || len(name) > maxPoolName {
		return invalid("node pool name %q is invalid, want at most %d lower-case letters, digits and dashes", name, maxPoolName)
	}
	for _, p := range pools {
		if p.ID != id && p.Name == name {
			return invalid("node pool name %q is already in use in this cluster", name)
		}
	}
	return nil
}

var taintEffects = []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}

func checkTaints(taints []taint) error {
	for _, t := range taints {
		if t.Key == "" || !slices.Contains(taintEffects, t.Effect) {
			return invalid("taint %q has effect %q, want a key and an effect of %q", t.Key, t.Effect, taintEffects)
		}
	}
	return nil
}

// checkScale checks a pool's numbers, and brings the count of an autoscaled pool
// within its limits. A pool without autoscaling has no limits
// (kubernetes/models/node_pool.yml: they are 0 then).
func (p *pool) checkScale() error {
	if !p.AutoScale {
		p.MinNodes, p.MaxNodes = 0, 0
		if p.Count < 1 {
			return invalid("node pool %q has count %d, want at least 1", p.Name, p.Count)
		}
		return nil
	}
	if p.MinNodes < 0 || p.MaxNodes < 1 || p.MaxNodes < p.MinNodes {
		return invalid("node pool %q has min_nodes %d and max_nodes %d, want 0 <= min_nodes <= max_nodes and max_nodes >= 1", p.Name, p.MinNodes, p.MaxNodes)
	}
	p.Count = min(max(p.Count, p.MinNodes), p.MaxNodes)
	return nil
}

// addPool adds a new pool with its nodes to a cluster.
func (c *call) addPool(k *cluster, req poolRequest) error {
	if err := checkPoolName(k.Pools, "", req.Name); err != nil {
		return err
	}
	if _, err := c.size(req.Size); err != nil {
		return err
	}
	if err := checkTaints(req.Taints); err != nil {
		return err
	}
	tags, err := c.ensureTags(poolTags(k.Shown.ID, req.Tags))
	if err != nil {
		return err
	}
	p := pool{
		ID: uuid.NewString(), Name: req.Name, Size: req.Size, Count: req.Count, Tags: tags,
		Labels: req.Labels, Taints: req.Taints, AutoScale: req.AutoScale, MinNodes: req.MinNodes, MaxNodes: req.MaxNodes,
		GPUPartitionMode: req.GPUPartitionMode, Created: c.now,
	}
	if err := p.checkScale(); err != nil {
		return err
	}
	k.Pools = append(k.Pools, p)
	return c.fitNodes(k)
}

func poolTags(clusterID string, own []string) []string {
	return append(append(slices.Clone(own), clusterTags(clusterID)...), workerTag)
}

// pool returns the index of the pool of the path, or a 404.
func (c *call) pool(k cluster) (int, error) {
	i := slices.IndexFunc(k.Pools, func(p pool) bool { return p.ID == c.param("pool") })
	if i < 0 {
		return 0, errNotFound
	}
	return i, nil
}
