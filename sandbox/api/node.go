package api

import (
	"crypto/rand"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/uuid"
)

// The states of a node: the status field in DigitalOcean's OpenAPI document
// (specification/resources/kubernetes/models/node.yml).
const (
	nodeProvisioning = "provisioning"
	nodeRunning      = "running"
	nodeDraining     = "draining"
)

// node is a node of a pool and the Droplet under it, as it is stored.
type node struct {
	ID, Name            string
	DropletID           int
	State               string
	PrivateIP, PublicIP string
	// Tags are the Droplet's own tags; it has those of its pool and cluster too.
	Tags             []string
	Created, Updated time.Time
	// SettleAt is the earliest end of the present state, unless it is running.
	SettleAt time.Time
}

// shownNode is a node as the API shows it.
type shownNode struct {
	ID        string                     `json:"id"`
	Name      string                     `json:"name"`
	Status    *godo.KubernetesNodeStatus `json:"status"`
	DropletID string                     `json:"droplet_id"`
	CreatedAt time.Time                  `json:"created_at"`
	UpdatedAt time.Time                  `json:"updated_at"`
}

func (n node) show() shownNode {
	return shownNode{
		ID: n.ID, Name: n.Name, Status: &godo.KubernetesNodeStatus{State: n.State},
		DropletID: strconv.Itoa(n.DropletID), CreatedAt: n.Created, UpdatedAt: n.Updated,
	}
}

// staying says that the node is not on its way out.
func (n node) staying() bool { return n.State != nodeDraining }

// drain starts the way out.
func (c *call) drain(n *node) {
	if n.staying() {
		n.State, n.Updated, n.SettleAt = nodeDraining, c.now, c.due("node_delete")
	}
}

// fitNodes adds and drains nodes until every pool has as many as it should. The
// newest nodes go first.
func (c *call) fitNodes(k *cluster) error {
	for i := range k.Pools {
		p := &k.Pools[i]
		want := p.Count
		if p.Deleting {
			want = 0
		}
		surplus := -want
		for _, n := range p.Nodes {
			if n.staying() {
				surplus++
			}
		}
		for ; surplus < 0; surplus++ {
			if err := c.addNode(k, p); err != nil {
				return err
			}
		}
		for n := len(p.Nodes) - 1; n >= 0 && surplus > 0; n-- {
			if p.Nodes[n].staying() {
				c.drain(&p.Nodes[n])
				surplus--
			}
		}
	}
	return nil
}

func (c *call) addNode(k *cluster, p *pool) error {
	id, err := c.tx.NextID("droplets", firstDroplet)
	if err != nil {
		return err
	}
	private, err := c.privateIP(*k)
	if err != nil {
		return err
	}
	name, err := nodeName(*k, p.Name)
	if err != nil {
		return err
	}
	p.Nodes = append(p.Nodes, node{
		ID: uuid.NewString(), Name: name, DropletID: id, State: nodeProvisioning,
		PrivateIP: private, PublicIP: publicIP(id),
		Created: c.now, Updated: c.now, SettleAt: c.due("node"),
	})
	return nil
}

// firstDroplet is the first Droplet ID: nine digits, like a real one.
const firstDroplet = 500_000_001

// publicRange is for benchmarks (RFC 2544): no host on the internet has such an
// address, and it has room for 131,072 Droplets.
var publicRange = netip.MustParsePrefix("198.18.0.0/15")

func publicIP(dropletID int) string {
	n := uint32(dropletID-firstDroplet+1) % (1 << (32 - publicRange.Bits()))
	return plus(publicRange.Addr(), n).String()
}

// reservedHosts are the first addresses of a VPC, which no Droplet gets: the
// network itself and some for DigitalOcean's own use
// (https://docs.digitalocean.com/products/networking/vpc/concepts/plan-your-network/
// gives no number; three is the sandbox's choice).
const reservedHosts = 3

// privateIP returns the first free address in the cluster's VPC. k is the cluster
// as it will be stored.
func (c *call) privateIP(k cluster) (string, error) {
	v, found, err := vpcs.Get(c.tx, k.Shown.VPCUUID)
	if err != nil || !found {
		return "", err
	}
	p, err := netip.ParsePrefix(v.IPRange)
	if err != nil {
		return "", err
	}
	list, err := clusters.List(c.tx)
	if err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, other := range append(list, k) {
		if other.Shown.VPCUUID == v.ID {
			for _, pool := range other.Pools {
				for _, n := range pool.Nodes {
					taken[n.PrivateIP] = true
				}
			}
		}
	}
	last := uint32(1)<<(32-p.Bits()) - 1 // the broadcast address
	for n := uint32(reservedHosts); n < last; n++ {
		if a := plus(p.Addr(), n).String(); !taken[a] {
			return a, nil
		}
	}
	return "", invalid("the VPC %q has no free address left in %s", v.Name, v.IPRange)
}

// nodeSuffix is the number of random characters at the end of a node's name.
const nodeSuffix = 5

const nodeAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// nodeName returns a name that no node of the cluster has.
func nodeName(k cluster, poolName string) (string, error) {
	for {
		suffix := make([]byte, nodeSuffix)
		for i := range suffix {
			n, err := rand.Int(rand.Reader, big.NewInt(int64(len(nodeAlphabet))))
			if err != nil {
				return "", err
			}
			suffix[i] = nodeAlphabet[n.Int64()]
		}
		name := poolName + "-" + string(suffix)
		used := slices.ContainsFunc(k.Pools, func(p pool) bool {
			return slices.ContainsFunc(p.Nodes, func(n node) bool { return n.Name == name })
		})
		if !used {
			return name, nil
		}
	}
}
