package api

import (
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"github.com/gomeet/infra/sandbox/store"
)

// cluster is a Kubernetes cluster, as it is stored: what the API shows, and what
// its control plane needs.
type cluster struct {
	// Shown is what the API shows, without the node pools.
	Shown godo.KubernetesCluster
	// Pools are the node pools, the first one first.
	Pools []pool
	// Token is the administrator's bearer token, a secret.
	Token string
	// CA is the PEM bundle that signs the API server's certificate; it is empty
	// until the control plane has been up.
	CA []byte
	// Subnets says that the creator chose the subnets: the cluster is VPC-native.
	Subnets bool
	// Deleting says that the control plane has to go. The API shows the cluster no
	// more; its VPC and the inventory still do.
	Deleting bool
	// Broken says that the control plane never comes up, because a fault said so.
	Broken bool
	// SettleAt is the earliest end of the present operation.
	SettleAt time.Time
}

var clusters = store.NewCollection[cluster]("kubernetes_clusters")

const clusterPath = "/v2/kubernetes/clusters"

// clusterTag is the tag of everything that belongs to one cluster.
func clusterTag(id string) string { return "k8s:" + id }

// clusterTags are the tags that a cluster has without being asked (DigitalOcean's
// OpenAPI document, kubernetes/models/cluster.yml); its pools have "k8s:worker" too
// (kubernetes/responses/examples.yml).
func clusterTags(id string) []string { return []string{"k8s", clusterTag(id)} }

const workerTag = "k8s:worker"

func (s *Server) registerClusters() {
	s.addKind(kind{name: "kubernetes_clusters", list: clusterItems, inProjects: true})
	s.delays.declare("cluster", "cluster_delete", "cluster_upgrade")
	s.get(clusterPath, listClusters)
	s.post(clusterPath, createCluster)
	s.get(clusterPath+"/{id}", getCluster)
	s.put(clusterPath+"/{id}", updateCluster)
	s.delete(clusterPath+"/{id}", deleteCluster)
}

func clusterItems(tx *store.Tx) ([]item, error) {
	list, err := clusters.List(tx)
	items := make([]item, len(list))
	for i, k := range list {
		items[i] = item{
			id: k.Shown.ID, name: k.Shown.Name, urn: k.Shown.URN(), vpc: k.Shown.VPCUUID,
			tags: k.Shown.Tags, created: k.Shown.CreatedAt,
		}
	}
	return items, err
}

// liveClusters returns the clusters that the API shows.
func (c *call) liveClusters() ([]cluster, error) {
	list, err := clusters.List(c.tx)
	return slices.DeleteFunc(list, func(k cluster) bool { return k.Deleting }), err
}

// cluster returns the cluster of the path, or a 404.
func (c *call) cluster() (cluster, error) {
	k, err := find(c, clusters, c.param("id"))
	if err == nil && k.Deleting {
		err = errNotFound
	}
	return k, err
}

func (c *call) putCluster(k cluster) error {
	c.afterCommit(func() { c.clusters.wake(k.Shown.ID) })
	return clusters.Put(c.tx, k.Shown.ID, k)
}

// shownCluster is a cluster as the API shows it: godo's type with this package's
// node pools.
type shownCluster struct {
	godo.KubernetesCluster
	NodePools []shownPool `json:"node_pools"`
}

func (k cluster) show() shownCluster {
	shown := shownCluster{KubernetesCluster: k.Shown, NodePools: make([]shownPool, len(k.Pools))}
	for i, p := range k.Pools {
		shown.NodePools[i] = p.show()
	}
	return shown
}

func listClusters(c *call) (reply, error) {
	list, err := c.liveClusters()
	if err != nil {
		return reply{}, err
	}
	shown := make([]shownCluster, len(list))
	for i, k := range list {
		shown[i] = k.show()
	}
	return paged(c, "kubernetes_clusters", shown)
}

func getCluster(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	return ok("kubernetes_cluster", k.show())
}

// deleteCluster answers at once, and the cluster is a 404 from then on: the
// Terraform provider does not wait for anything else. The VPC keeps its member
// until the control plane is gone (terraform-provider-digitalocean#488).
func deleteCluster(c *call) (reply, error) {
	k, err := c.cluster()
	if err != nil {
		return reply{}, err
	}
	if err := c.doom(k); err != nil {
		return reply{}, err
	}
	return noContent()
}

// doom starts the deletion of a cluster.
func (c *call) doom(k cluster) error {
	k.Deleting = true
	k.SettleAt = c.due("cluster_delete")
	c.afterCommit(func() { c.clusters.doom(k.Shown.ID) })
	return clusters.Put(c.tx, k.Shown.ID, k)
}
