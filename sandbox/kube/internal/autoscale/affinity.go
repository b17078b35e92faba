package autoscale

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// affinityHolds applies the required pod affinity and anti-affinity rules in both
// directions: the pod's own, and the anti-affinity of the pods already placed.
func (s *simulation) affinityHolds(pod *corev1.Pod, h *host) bool {
	for _, term := range antiAffinity(pod) {
		for _, other := range s.domain(h, term.TopologyKey) {
			for _, placed := range other.pods {
				if s.selects(term, pod, placed) {
					return false
				}
			}
		}
	}
	for _, other := range s.hosts {
		for _, placed := range other.pods {
			for _, term := range antiAffinity(placed) {
				if s.selects(term, placed, pod) && sameDomain(h, other, term.TopologyKey) {
					return false
				}
			}
		}
	}
	for _, term := range affinity(pod) {
		if !s.attracts(term, pod, h) {
			return false
		}
	}
	return true
}

// attracts reports whether an affinity term allows the host: a selected pod is in
// its domain, or none exists anywhere and the pod selects itself, which is how
// the first pod of a group gets placed.
func (s *simulation) attracts(term corev1.PodAffinityTerm, pod *corev1.Pod, h *host) bool {
	if _, ok := h.node.Labels[term.TopologyKey]; !ok {
		return false
	}
	anywhere := false
	for _, other := range s.hosts {
		for _, placed := range other.pods {
			if !s.selects(term, pod, placed) {
				continue
			}
			if sameDomain(h, other, term.TopologyKey) {
				return true
			}
			anywhere = true
		}
	}
	return !anywhere && s.selects(term, pod, pod)
}

// domain returns the hosts in the host's topology domain, the host included.
func (s *simulation) domain(h *host, key string) []*host {
	var hosts []*host
	for _, other := range s.hosts {
		if sameDomain(h, other, key) {
			hosts = append(hosts, other)
		}
	}
	return hosts
}

func sameDomain(a, b *host, key string) bool {
	x, okX := a.node.Labels[key]
	y, okY := b.node.Labels[key]
	return okX && okY && x == y
}

// selects reports whether the owner's term selects the other pod.
func (s *simulation) selects(term corev1.PodAffinityTerm, owner, other *corev1.Pod) bool {
	if term.LabelSelector == nil || !s.selector(term.LabelSelector).Matches(set(other.Labels)) {
		return false
	}
	if len(term.Namespaces) == 0 && term.NamespaceSelector == nil {
		return owner.Namespace == other.Namespace
	}
	return slices.Contains(term.Namespaces, other.Namespace) ||
		term.NamespaceSelector != nil && s.selector(term.NamespaceSelector).Matches(s.namespaces[other.Namespace])
}

func antiAffinity(pod *corev1.Pod) []corev1.PodAffinityTerm {
	if a := pod.Spec.Affinity; a != nil && a.PodAntiAffinity != nil {
		return a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	}
	return nil
}

func affinity(pod *corev1.Pod) []corev1.PodAffinityTerm {
	if a := pod.Spec.Affinity; a != nil && a.PodAffinity != nil {
		return a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	}
	return nil
}
