package load

import (
	"bytes"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/gomeet/infra/manifests"
)

// Object is one of Kubernetes.
type Object any

// place is the namespace, which lets nothing in, and out only DNS and the target's port on
// the internet.
func (s Spec) place(port int) []Object {
	namespace := &corev1.Namespace{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: manifests.LoadNamespace, Labels: map[string]string{
			"app.kubernetes.io/part-of":          "gomeet",
			"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted",
		}},
	}
	kind := metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"}
	both := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	deny := &networkingv1.NetworkPolicy{
		TypeMeta: kind, ObjectMeta: metav1.ObjectMeta{Name: "deny-all", Namespace: manifests.LoadNamespace},
		Spec: networkingv1.NetworkPolicySpec{PolicyTypes: both},
	}
	on := func(protocol corev1.Protocol, number int) networkingv1.NetworkPolicyPort {
		return networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: ptr(intstr.FromInt(number))}
	}
	allow := &networkingv1.NetworkPolicy{
		TypeMeta: kind, ObjectMeta: metav1.ObjectMeta{Name: Role, Namespace: manifests.LoadNamespace},
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: selector()}, PolicyTypes: both,
			Egress: []networkingv1.NetworkPolicyEgressRule{
				{
					To: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{
						MatchLabels: map[string]string{corev1.LabelMetadataName: metav1.NamespaceSystem},
					}}},
					Ports: []networkingv1.NetworkPolicyPort{on(corev1.ProtocolUDP, 53), on(corev1.ProtocolTCP, 53)},
				},
				{
					// As participants do: by the load balancer's public address, and nothing
					// inside of private networks.
					To: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{
						CIDR: "0.0.0.0/0", Except: []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"},
					}}},
					Ports: []networkingv1.NetworkPolicyPort{on(corev1.ProtocolTCP, port)},
				},
			},
		},
	}
	return []Object{namespace, deny, allow}
}

// YAML renders objects for "kubectl apply -f -".
func YAML(objects []Object) (string, error) {
	var out bytes.Buffer
	for _, object := range objects {
		text, err := json.Marshal(object)
		if err != nil {
			return "", fmt.Errorf("rendering an object of Kubernetes: %w", err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			return "", fmt.Errorf("rendering an object of Kubernetes: %w", err)
		}
		// What the server says, Go's types say empty.
		delete(fields, "status")
		if text, err = yaml.Marshal(fields); err != nil {
			return "", fmt.Errorf("rendering an object of Kubernetes: %w", err)
		}
		fmt.Fprintf(&out, "---\n%s", text)
	}
	return out.String(), nil
}
