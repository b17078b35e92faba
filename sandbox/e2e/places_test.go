package e2e_test

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// place is where traffic comes from or goes to: the pods of an app, or addresses.
type place struct {
	name string
	// pod is nil for addresses: nodes, pods on their network, and everything else.
	pod *matcher.InternalPeer
	// ip is an address of the place.
	ip string
	// ours is a pod of one of our namespaces.
	ours bool
}

// nowhere is an address that no IPv4 range holds. It stands for a pod's where a network
// plugin does not let address ranges select pods, as Cilium does not.
const nowhere = "2001:db8::1"

// peer is the place as the evaluator wants it.
func (p place) peer(rangesSelectPods bool) *matcher.TrafficPeer {
	ip := p.ip
	if p.pod != nil && !rangesSelectPods {
		ip = nowhere
	}
	return &matcher.TrafficPeer{Internal: p.pod, IP: ip}
}

// places returns every place of a cluster. nodes maps each site to an address of a node.
func (c *cluster) places(t *testing.T, nodes map[string]string) []place {
	t.Helper()
	list, err := c.client.CoreV1().Namespaces().List(context.Background(), metav1.ListOptions{})
	require.NoError(t, err)
	labels := map[string]map[string]string{}
	for _, namespace := range list.Items {
		labels[namespace.Name] = namespace.Labels
	}
	pods := func(namespace, app string, own map[string]string) place {
		require.Contains(t, labels, namespace)
		p := place{
			name: namespace + "/" + app, ip: c.podIP(t), ours: !slices.Contains(kubernetesOwn, namespace),
			pod: &matcher.InternalPeer{PodLabels: own, NamespaceLabels: labels[namespace], Namespace: namespace},
		}
		if !p.ours {
			// What is allowed to every address, such as Kubernetes' API, is in the table by
			// addresses.
			p.ip = nowhere
		}
		return p
	}
	var all []place
	for _, made := range c.templates(t) {
		// Pods on the host network are their node's address.
		if app := made.pod.Labels[nameLabel]; !made.pod.Spec.HostNetwork {
			all = append(all, pods(made.namespace, app, made.pod.Labels))
		}
	}
	slices.SortFunc(all, func(a, b place) int { return cmp.Compare(a.name, b.name) })
	// The pods of several schedules are one app.
	all = slices.CompactFunc(all, func(a, b place) bool { return a.name == b.name })

	// In each namespace a pod of an app that no policy names: nobody talks with it.
	for namespace := range labels {
		stranger := pods(namespace, "stranger", map[string]string{nameLabel: "stranger"})
		stranger.name = "stranger in " + namespace
		all = append(all, stranger)
	}
	all = append(all, pods(metav1.NamespaceSystem, "dns", map[string]string{"k8s-app": "kube-dns"}))
	for site, ip := range nodes {
		name := "nodes"
		if site != c.site {
			name = "nodes elsewhere"
		}
		all = append(all, place{name: name, ip: ip})
	}
	return append(all,
		place{name: "internet", ip: "203.0.113.10"},
		place{name: "metadata", ip: "169.254.169.254"}, // DigitalOcean's, of each Droplet.
		place{name: "private", ip: "192.168.77.7"},
	)
}

// kubernetesOwn are the namespaces of Kubernetes itself, and the one it starts with.
var kubernetesOwn = []string{
	metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic, corev1.NamespaceNodeLease,
}

// podIP is the address of some pod that has one of its own.
func (c *cluster) podIP(t *testing.T) string {
	t.Helper()
	for _, pod := range c.pods {
		if !pod.Spec.HostNetwork && pod.Status.PodIP != "" {
			return pod.Status.PodIP
		}
	}
	require.Fail(t, "no pod has an address")
	return ""
}

func (c *cluster) nodeIP(t *testing.T) string {
	t.Helper()
	for _, address := range c.nodes[0].Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	require.Fail(t, "no node has an address")
	return ""
}
