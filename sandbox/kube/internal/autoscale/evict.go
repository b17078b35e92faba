package autoscale

import (
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// safeToEvict is the pod annotation that overrules the rules below in either
// direction.
const safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict"

// evictees returns the pods that would have to move before their node can go: not
// those of DaemonSets, not mirror pods, not those already on their way out.
func evictees(pods []*corev1.Pod) []*corev1.Pod {
	var movable []*corev1.Pod
	for _, pod := range pods {
		_, mirror := pod.Annotations[corev1.MirrorPodAnnotationKey]
		owner := metav1.GetControllerOf(pod)
		if mirror || pod.DeletionTimestamp != nil || owner != nil && owner.Kind == "DaemonSet" {
			continue
		}
		movable = append(movable, pod)
	}
	return movable
}

// pinned reports whether one of the pods, which share a node, must stay: it is
// annotated so, no controller would create it again, it is a system pod without a
// disruption budget, or a budget does not allow to evict all of them now.
func pinned(pods []*corev1.Pod, budgets []*policyv1.PodDisruptionBudget) bool {
	needed := map[*policyv1.PodDisruptionBudget]int32{}
	for _, pod := range pods {
		covering := 0
		for _, b := range budgets {
			if covers(b, pod) {
				needed[b]++
				covering++
			}
		}
		if covering > 1 {
			return true // the eviction API refuses a pod with two budgets
		}
		switch pod.Annotations[safeToEvict] {
		case "false":
			return true
		case "true":
			continue
		}
		if metav1.GetControllerOf(pod) == nil || pod.Namespace == metav1.NamespaceSystem && covering == 0 {
			return true
		}
	}
	for b, n := range needed {
		if b.Status.DisruptionsAllowed < n {
			return true
		}
	}
	return false
}

func covers(b *policyv1.PodDisruptionBudget, pod *corev1.Pod) bool {
	if b.Namespace != pod.Namespace {
		return false
	}
	// A nil selector selects nothing here, an empty one every pod: policy/v1.
	sel, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	return err == nil && sel.Matches(set(pod.Labels))
}
