package autoscale

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
)

// spreadHolds applies the pod's topology spread constraints with DoNotSchedule.
// Nodes that the pod's node affinity excludes do not count, tainted ones do:
// these are the constraint's defaults (nodeAffinityPolicy Honor, nodeTaintsPolicy
// Ignore), https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/.
func (s *simulation) spreadHolds(pod *corev1.Pod, h *host) bool {
	for i := range pod.Spec.TopologySpreadConstraints {
		c := &pod.Spec.TopologySpreadConstraints[i]
		if c.WhenUnsatisfiable == corev1.DoNotSchedule && !s.spreads(c, pod, h) {
			return false
		}
	}
	return true
}

func (s *simulation) spreads(c *corev1.TopologySpreadConstraint, pod *corev1.Pod, h *host) bool {
	here, ok := h.node.Labels[c.TopologyKey]
	if !ok {
		return false
	}
	selector := labels.Nothing()
	if c.LabelSelector != nil {
		selector = s.selector(c.LabelSelector)
	}
	counts := map[string]int{}
	eligible := nodeaffinity.GetRequiredNodeAffinity(pod)
	for _, other := range s.hosts {
		domain, ok := other.node.Labels[c.TopologyKey]
		if !ok {
			continue
		}
		if match, err := eligible.Match(other.node); err != nil || !match {
			continue
		}
		counts[domain] += 0 // a domain without a pod counts as well
		for _, placed := range other.pods {
			if placed.Namespace == pod.Namespace && selector.Matches(set(placed.Labels)) {
				counts[domain]++
			}
		}
	}
	least := counts[here]
	for _, n := range counts {
		least = min(least, n)
	}
	if c.MinDomains != nil && len(counts) < int(*c.MinDomains) {
		least = 0
	}
	after := counts[here]
	if selector.Matches(set(pod.Labels)) {
		after++
	}
	return after-least <= int(c.MaxSkew)
}

func set(m map[string]string) labels.Set { return m }
