package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// peer is one side of an edge: pods by app and namespace, a whole namespace, or an
// address range.
type peer struct {
	// app in namespace; an empty app is every pod of the namespace.
	app, namespace string
	// cidr is an address range, without the ranges of except.
	cidr   string
	except []string
	// entities are what Cilium calls nodes that are in the range: see toCilium.
	entities []string
}

// allowed is traffic to or from a peer. No ports are none, not all; with last, the one
// port begins a range.
type allowed struct {
	peer
	protocol string
	ports    []int
	last     int
}

func tcp(p peer, ports ...int) allowed { return allowed{peer: p, protocol: "TCP", ports: ports} }

func udp(p peer, first, last int) allowed {
	return allowed{peer: p, protocol: "UDP", ports: []int{first}, last: last}
}

// dns is what every pod needs. On DOKS CoreDNS runs in kube-system.
var dns = []allowed{
	udp(peer{namespace: "kube-system"}, 53, 53),
	tcp(peer{namespace: "kube-system"}, 53),
}

// world is everything outside of private networks.
var world = peer{cidr: "0.0.0.0/0", except: []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"}}

// ofNodes is a range that nodes of this cluster are in, among others perhaps.
func ofNodes(cidr string) peer { return peer{cidr: cidr, entities: nodeEntities} }

// withNodes are the edges with the nodes of several ranges.
func withNodes(ranges []string, ports ...int) (list []allowed) {
	for _, r := range ranges {
		list = append(list, tcp(ofNodes(r), ports...))
	}
	return list
}

// edges says what an app's pods may receive and send. Everything else is denied by the
// namespace's own policy. Pods on the host network are outside of all of this: as a
// source and as a target they are their node's address.
type edges struct {
	in, out []allowed
}

// allowEdges makes the NetworkPolicy of an app.
func allowEdges(
	ctx *pulumi.Context, logical, namespace, app string, env Environment, e edges, opts ...pulumi.ResourceOption,
) error {
	ingress := networkingv1.NetworkPolicyIngressRuleArray{}
	for _, a := range e.in {
		ingress = append(ingress, &networkingv1.NetworkPolicyIngressRuleArgs{
			From: networkingv1.NetworkPolicyPeerArray{a.selector()}, Ports: a.numbers(),
		})
	}
	egress := networkingv1.NetworkPolicyEgressRuleArray{}
	for _, a := range append(append([]allowed{}, dns...), e.out...) {
		egress = append(egress, &networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray{a.selector()}, Ports: a.numbers(),
		})
	}
	_, err := networkingv1.NewNetworkPolicy(ctx, logical, &networkingv1.NetworkPolicyArgs{
		Metadata: object(pulumi.String(namespace), app, env),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector(app)},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
			Ingress:     ingress,
			Egress:      egress,
		},
	}, opts...)
	if err != nil {
		return err
	}
	return toCilium(ctx, logical, namespace, app, env, e, opts...)
}

// denyAll denies everything to every pod of a namespace.
func denyAll(ctx *pulumi.Context, logical, namespace string, env Environment, opts ...pulumi.ResourceOption) error {
	_, err := networkingv1.NewNetworkPolicy(ctx, logical+"-deny-all", &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Annotations: takenBack(), Name: pulumi.String("deny-all"), Namespace: pulumi.String(namespace), Labels: partOf(env),
		},
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
		},
	}, opts...)
	return err
}

func (a allowed) selector() *networkingv1.NetworkPolicyPeerArgs {
	if a.cidr != "" {
		block := &networkingv1.IPBlockArgs{Cidr: pulumi.String(a.cidr)}
		if len(a.except) > 0 {
			block.Except = pulumi.ToStringArray(a.except)
		}
		return &networkingv1.NetworkPolicyPeerArgs{IpBlock: block}
	}
	p := &networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: &metav1.LabelSelectorArgs{
			MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(a.namespace)},
		},
	}
	if a.app != "" {
		p.PodSelector = &metav1.LabelSelectorArgs{MatchLabels: selector(a.app)}
	}
	return p
}

func (a allowed) numbers() networkingv1.NetworkPolicyPortArray {
	ports := networkingv1.NetworkPolicyPortArray{}
	for _, port := range a.ports {
		p := &networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(a.protocol), Port: pulumi.Int(port)}
		if a.last > port {
			p.EndPort = pulumi.Int(a.last)
		}
		ports = append(ports, p)
	}
	return ports
}
