package kube

import (
	"context"

	"github.com/digitalocean/godo"
)

// Spec is what the cloud API knows about one DOKS cluster before it has a
// control plane.
type Spec struct {
	// ID is the cluster's UUID; it names the data directory and never changes.
	ID string
	// Name is the cluster's name in the cloud, unique per account.
	Name string
	// Region is the DigitalOcean region slug, such as "sgp1".
	Region string
	// ClusterSubnet and ServiceSubnet are the pod and service ranges in CIDR
	// notation; empty means DOKS's own defaults.
	ClusterSubnet, ServiceSubnet string
	// Token is the bearer token of the cluster's administrator. It is a secret.
	Token string
}

// Endpoint is how to reach a running control plane.
type Endpoint struct {
	// URL is the API server's address, such as "https://127.0.0.1:40443".
	URL string
	// CertificateAuthority is the PEM bundle that signs the server's certificate.
	CertificateAuthority []byte
}

// Node is one Droplet of a node pool, as the cloud API wants it to exist.
type Node struct {
	// ID is the DOKS node UUID, Name the Kubernetes node name.
	ID, Name string
	// DropletID is the Droplet's numeric identity in the cloud API.
	DropletID int
	// PoolID and PoolName identify the node pool.
	PoolID, PoolName string
	// Region is the Droplet's region slug.
	Region string
	// Size is the Droplet size: its slug, vCPUs, memory (MiB) and disk (GiB)
	// become the node's capacity.
	Size godo.Size
	// PrivateIP and PublicIP are the node's addresses.
	PrivateIP, PublicIP string
	// Labels and Taints are the pool's own; DOKS's labels are added to them.
	Labels map[string]string
	Taints []godo.Taint
}

// Pool is a node pool with autoscaling on, as the autoscaler sees it.
type Pool struct {
	// Template is a node the pool would add; its ID and Name are ignored.
	Template Node
	// Count is the pool's present number of nodes, Min and Max its limits.
	Count, Min, Max int
}

// Advice is the autoscaler's wish for one pool. Remove is empty when the pool
// should grow, and names the idle nodes when it should shrink.
type Advice struct {
	PoolID string
	// Count is the number of nodes the pool should have.
	Count int
	// Remove lists the IDs of the nodes to drain, when Count is lower than now.
	Remove []string
}

// ControlPlanes runs one real Kubernetes control plane per DOKS cluster, with
// simulated nodes. All methods are safe for concurrent use and idempotent.
type ControlPlanes interface {
	// Up starts the control plane, or finds it running, and returns when its API
	// server is ready. Data of an earlier run is resumed.
	Up(ctx context.Context, spec Spec) (Endpoint, error)
	// SetNodes makes the cluster's nodes equal to nodes: missing ones are added,
	// changed labels and taints updated, surplus ones drained and deleted.
	SetNodes(ctx context.Context, clusterID string, nodes []Node) error
	// Ready returns the IDs of the nodes that report the Ready condition.
	Ready(ctx context.Context, clusterID string) (map[string]bool, error)
	// Advise runs one round of the cluster autoscaler over the given pools.
	Advise(ctx context.Context, clusterID string, pools []Pool) ([]Advice, error)
	// Down stops the control plane and deletes its data.
	Down(ctx context.Context, clusterID string) error
	// Close stops every control plane and keeps the data.
	Close() error
}
