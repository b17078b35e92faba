package autoscale

import (
	corev1 "k8s.io/api/core/v1"
	scheduling "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	"k8s.io/klog/v2"
)

// fits reports whether the scheduler could put the pod on the host.
func (s *simulation) fits(pod *corev1.Pod, h *host) bool {
	return !h.node.Spec.Unschedulable &&
		admits(h.node, pod) &&
		s.hasRoom(pod, h) &&
		!portsClash(pod, h) &&
		s.affinityHolds(pod, h) &&
		s.spreadHolds(pod, h)
}

// firstFit returns the first of the hosts that can take the pod, or nil.
func (s *simulation) firstFit(pod *corev1.Pod, hosts []*host) *host {
	for _, h := range hosts {
		if s.fits(pod, h) {
			return h
		}
	}
	return nil
}

// admits applies the rules between a pod and a node alone: node selector, node
// affinity and taints.
func admits(node *corev1.Node, pod *corev1.Pod) bool {
	if ok, err := nodeaffinity.GetRequiredNodeAffinity(pod).Match(node); err != nil || !ok {
		return false
	}
	hard := func(t *corev1.Taint) bool {
		return t.Effect == corev1.TaintEffectNoSchedule || t.Effect == corev1.TaintEffectNoExecute
	}
	_, untolerated := scheduling.FindMatchingUntoleratedTaint(klog.Background(), node.Spec.Taints, pod.Spec.Tolerations, hard, false)
	return !untolerated
}

func (s *simulation) hasRoom(pod *corev1.Pod, h *host) bool {
	for name, want := range s.requests(pod) {
		if want.IsZero() {
			continue
		}
		if have, ok := h.free[name]; !ok || have.Cmp(want) < 0 {
			return false
		}
	}
	return true
}

func portsClash(pod *corev1.Pod, h *host) bool {
	wanted := hostPorts(pod)
	if len(wanted) == 0 {
		return false
	}
	for _, other := range h.pods {
		for _, taken := range hostPorts(other) {
			for _, want := range wanted {
				if clash(want, taken) {
					return true
				}
			}
		}
	}
	return false
}

// clash reports whether two host ports collide: same protocol, same port, and
// the same address or one of them on all addresses.
func clash(a, b corev1.ContainerPort) bool {
	everywhere := func(ip string) bool { return ip == "" || ip == "0.0.0.0" || ip == "::" }
	return a.HostPort == b.HostPort && protocol(a) == protocol(b) &&
		(a.HostIP == b.HostIP || everywhere(a.HostIP) || everywhere(b.HostIP))
}

func protocol(p corev1.ContainerPort) corev1.Protocol {
	if p.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return p.Protocol
}

// hostPorts lists the ports the pod takes on its node. With hostNetwork the API
// server has already copied containerPort to hostPort.
func hostPorts(pod *corev1.Pod) []corev1.ContainerPort {
	var ports []corev1.ContainerPort
	add := func(containers []corev1.Container) {
		for i := range containers {
			for _, p := range containers[i].Ports {
				if p.HostPort > 0 {
					ports = append(ports, p)
				}
			}
		}
	}
	add(pod.Spec.Containers)
	for i := range pod.Spec.InitContainers {
		if p := pod.Spec.InitContainers[i].RestartPolicy; p != nil && *p == corev1.ContainerRestartPolicyAlways {
			add(pod.Spec.InitContainers[i : i+1]) // sidecars keep their ports
		}
	}
	return ports
}
