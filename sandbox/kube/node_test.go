package kube

import (
	"testing"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

func droplet() Node {
	return Node{
		ID: "4b9a-id", Name: "pool-sfu-abc12", DropletID: 123, PoolID: "pool-id", PoolName: "sfu", Region: "sgp1",
		Size:      godo.Size{Slug: "c-8", Vcpus: 8, Memory: 16384, Disk: 100},
		PrivateIP: "10.10.0.2", PublicIP: "203.0.113.5",
		Labels: map[string]string{"workload": "sfu", labelManaged: "no"},
		Taints: []godo.Taint{{Key: "workload", Value: "sfu", Effect: "NoSchedule"}},
	}
}

func TestNodeIsWhatDOKSMakes(t *testing.T) {
	node, err := build(droplet(), "1.35.4-do.2")
	require.NoError(t, err)
	require.Equal(t, "pool-sfu-abc12", node.Name)
	require.Equal(t, map[string]string{
		"beta.kubernetes.io/arch":                  "amd64",
		"beta.kubernetes.io/instance-type":         "c-8",
		"beta.kubernetes.io/os":                    "linux",
		"doks.digitalocean.com/managed":            "true",
		"doks.digitalocean.com/node-id":            "4b9a-id",
		"doks.digitalocean.com/node-pool":          "sfu",
		"doks.digitalocean.com/node-pool-id":       "pool-id",
		"doks.digitalocean.com/version":            "1.35.4-do.2",
		"failure-domain.beta.kubernetes.io/region": "sgp1",
		"kubernetes.io/arch":                       "amd64",
		"kubernetes.io/hostname":                   "pool-sfu-abc12",
		"kubernetes.io/os":                         "linux",
		"node.kubernetes.io/instance-type":         "c-8",
		"region":                                   "sgp1",
		"topology.kubernetes.io/region":            "sgp1",
		"workload":                                 "sfu",
	}, node.Labels)
	require.Equal(t, "fake", node.Annotations["kwok.x-k8s.io/node"])
	require.Equal(t, "digitalocean://123", node.Spec.ProviderID)
	require.Equal(t, []corev1.Taint{{Key: "workload", Value: "sfu", Effect: "NoSchedule"}}, node.Spec.Taints)
	require.Equal(t, []corev1.NodeAddress{
		{Type: "Hostname", Address: "pool-sfu-abc12"},
		{Type: "InternalIP", Address: "10.10.0.2"},
		{Type: "ExternalIP", Address: "203.0.113.5"},
	}, node.Status.Addresses)
	require.Equal(t, "8", node.Status.Capacity.Cpu().String())
	require.Equal(t, "16Gi", node.Status.Capacity.Memory().String())
	require.Equal(t, "v1.35.4", node.Status.NodeInfo.KubeletVersion)
}

func TestNodeWithAnUnknownTaintEffect(t *testing.T) {
	n := droplet()
	n.Taints[0].Effect = "Never"
	_, err := build(n, DefaultVersion)
	require.ErrorContains(t, err, `"workload" has effect "Never", want NoSchedule`)
}

func TestMerge(t *testing.T) {
	want := func(change func(*Node)) *corev1.Node {
		n := droplet()
		if change != nil {
			change(&n)
		}
		object, err := build(n, DefaultVersion)
		require.NoError(t, err)
		return object
	}
	tests := map[string]struct {
		user   func(*corev1.Node) // what was done to the node in the cluster
		cloud  func(*Node)        // what was changed in the pool
		change bool
		check  func(*testing.T, *corev1.Node)
	}{
		"nothing": {},
		"a label of the pool is changed": {
			cloud: func(n *Node) { n.Labels["workload"] = "other" }, change: true,
			check: func(t *testing.T, n *corev1.Node) { require.Equal(t, "other", n.Labels["workload"]) },
		},
		"a label of the pool is removed": {
			cloud: func(n *Node) { delete(n.Labels, "workload") }, change: true,
			check: func(t *testing.T, n *corev1.Node) { require.NotContains(t, n.Labels, "workload") },
		},
		"a label of the user stays": {
			user:  func(n *corev1.Node) { n.Labels["mine"] = "x" },
			check: func(t *testing.T, n *corev1.Node) { require.Equal(t, "x", n.Labels["mine"]) },
		},
		"a label of the pool that the user changed is put right": {
			user: func(n *corev1.Node) { n.Labels["workload"] = "x" }, change: true,
			check: func(t *testing.T, n *corev1.Node) { require.Equal(t, "sfu", n.Labels["workload"]) },
		},
		"a taint of the pool is replaced": {
			cloud: func(n *Node) { n.Taints = []godo.Taint{{Key: "new", Effect: "NoExecute"}} }, change: true,
			check: func(t *testing.T, n *corev1.Node) {
				require.Equal(t, []corev1.Taint{{Key: "new", Effect: "NoExecute"}}, n.Spec.Taints)
			},
		},
		"a taint's value is changed": {
			cloud: func(n *Node) { n.Taints[0].Value = "v2" }, change: true,
			check: func(t *testing.T, n *corev1.Node) {
				require.Equal(t, []corev1.Taint{{Key: "workload", Value: "v2", Effect: "NoSchedule"}}, n.Spec.Taints)
			},
		},
		"a taint of Kubernetes stays": {
			user: func(n *corev1.Node) {
				n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: corev1.TaintNodeUnreachable, Effect: "NoExecute"})
			},
			cloud: func(n *Node) { n.Taints = nil }, change: true,
			check: func(t *testing.T, n *corev1.Node) {
				require.Equal(t, []corev1.Taint{{Key: corev1.TaintNodeUnreachable, Effect: "NoExecute"}}, n.Spec.Taints)
			},
		},
		"a drain is called off": {
			user: func(n *corev1.Node) { n.Spec.Unschedulable, n.Annotations[annotationLeaving] = true, "true" }, change: true,
			check: func(t *testing.T, n *corev1.Node) {
				require.False(t, n.Spec.Unschedulable)
				require.NotContains(t, n.Annotations, annotationLeaving)
			},
		},
		"a user's cordon stays": {
			user:  func(n *corev1.Node) { n.Spec.Unschedulable = true },
			check: func(t *testing.T, n *corev1.Node) { require.True(t, n.Spec.Unschedulable) },
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			have := want(nil)
			if tc.user != nil {
				tc.user(have)
			}
			target := want(tc.cloud)
			require.Equal(t, tc.change, merge(have, target))
			if tc.check != nil {
				tc.check(t, have)
			}
			require.False(t, merge(have, target), "a second time changes nothing")
		})
	}
}
