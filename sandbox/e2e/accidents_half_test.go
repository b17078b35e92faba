package e2e_test

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
)

// halfDone is the accident of things that exist by halves. A new cluster ends in the state
// "error", or is killed while it is provisioned; a new pool's nodes do not come; a cluster
// and its nodes take long to go: the run is cut off in the middle of it.
func halfDone(c *campaign, what operation, random *rand.Rand) (struck bool) {
	if (what == create || what == abandon) && random.IntN(2) == 0 {
		c.faults(random, rule{Method: "POST", Path: "/v2/kubernetes/clusters", Kind: "half-created", Probability: 1, Count: 1})
		_, err := c.command(what)
		require.Error(c.t, err, "a cluster that was created by halves")
		return true
	}
	half := map[operation]string{create: "cluster", abandon: "cluster", change: "node", destroy: "cluster_delete"}[what]
	c.control("delays", `{"`+half+`":"12s","node_delete":"5s"}`)
	before := c.half(what)
	run := c.start(what)
	for !run.ended() && c.half(what) == before {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(time.Duration(random.Int64N(int64(5 * time.Second))))
	struck = !run.ended()
	run.killAll()
	<-run.done
	return struck
}

// half counts what an operation makes or deletes by halves.
func (c *campaign) half(what operation) (n int) {
	list, _, err := c.cloud.Kubernetes.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	for _, k := range list {
		if what == change {
			n += len(k.NodePools)
		}
		n++
	}
	return n
}

// wrongOrder is the accident of deletes: some are refused, nodes and clusters take their
// time to go, and while a destruction runs somebody else deletes parts of the stack by hand
// in whatever order.
func wrongOrder(c *campaign, what operation, random *rand.Rand) (struck bool) {
	c.control("delays", `{"cluster_delete":"4s","node_delete":"2s"}`)
	c.faults(random, rule{
		Method: "DELETE", Kind: []string{"409", "500", "429"}[random.IntN(3)], Probability: 0.2 + 0.5*random.Float64(), Count: 3 + random.IntN(20),
	})
	run := c.start(what)
	var hands sync.WaitGroup
	if what == destroy {
		moment := time.Duration(random.Int64N(int64(c.took[what])))
		chosen := random.Perm(len(byHand))[:1+random.IntN(len(byHand))]
		hands.Go(func() {
			select {
			case <-run.done:
			case <-time.After(moment):
				struck = true
			}
			for _, i := range chosen {
				byHand[i](c)
			}
		})
	}
	_, _ = run.wait()
	hands.Wait()
	return struck || c.fired() > 0
}

// byHand are deletions by somebody with the keys of the account. What is refused or gone
// already stays as it is.
var byHand = []func(*campaign){
	func(c *campaign) {
		list, _, _ := c.cloud.Firewalls.List(c.t.Context(), everything)
		for _, f := range list {
			_, _ = c.cloud.Firewalls.Delete(c.t.Context(), f.ID)
		}
	},
	func(c *campaign) {
		list, _, _ := c.cloud.LoadBalancers.List(c.t.Context(), everything)
		for _, lb := range list {
			_, _ = c.cloud.LoadBalancers.Delete(c.t.Context(), lb.ID)
		}
	},
	func(c *campaign) {
		list, _, _ := c.cloud.VPCs.List(c.t.Context(), everything)
		for _, v := range list {
			_, _ = c.cloud.VPCs.Delete(c.t.Context(), v.ID) // refused while it has members
		}
	},
	func(c *campaign) {
		list, _, _ := c.cloud.Kubernetes.List(c.t.Context(), everything)
		for _, k := range list {
			for _, pool := range k.NodePools[1:] {
				_, _ = c.cloud.Kubernetes.DeleteNodePool(c.t.Context(), k.ID, pool.ID)
			}
		}
	},
	func(c *campaign) {
		list, _, _ := c.cloud.Certificates.List(c.t.Context(), everything)
		for _, v := range list {
			_, _ = c.cloud.Certificates.Delete(c.t.Context(), v.ID) // refused while a load balancer has it
		}
	},
	func(c *campaign) {
		list, _, _ := c.cloud.UptimeChecks.List(c.t.Context(), everything)
		for _, v := range list {
			_, _ = c.cloud.UptimeChecks.Delete(c.t.Context(), v.ID)
		}
	},
	func(c *campaign) {
		zones, _, _ := c.cloud.Domains.List(c.t.Context(), everything)
		for _, zone := range zones {
			records, _, _ := c.cloud.Domains.Records(c.t.Context(), zone.Name, &godo.ListOptions{PerPage: 200})
			for _, r := range records {
				_, _ = c.cloud.Domains.DeleteRecord(c.t.Context(), zone.Name, r.ID)
			}
		}
	},
}
