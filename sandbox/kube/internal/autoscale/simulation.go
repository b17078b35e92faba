package autoscale

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	requests "k8s.io/component-helpers/resource"
)

// host is one node of the simulation with the pods on it.
type host struct {
	node *corev1.Node
	pods []*corev1.Pod
	free corev1.ResourceList
	// added is the pool of a node that does not exist yet.
	added *Pool
}

// simulation is the cluster as it would be after the moves tried so far.
type simulation struct {
	hosts      []*host
	namespaces map[string]labels.Set
	requested  map[*corev1.Pod]corev1.ResourceList
	selectors  map[*metav1.LabelSelector]labels.Selector
}

func newSimulation(state State) *simulation {
	s := &simulation{
		namespaces: map[string]labels.Set{},
		requested:  map[*corev1.Pod]corev1.ResourceList{},
		selectors:  map[*metav1.LabelSelector]labels.Selector{},
	}
	for _, ns := range state.Namespaces {
		s.namespaces[ns.Name] = ns.Labels
	}
	byName := map[string]*host{}
	for _, node := range state.Nodes {
		byName[node.Name] = s.addHost(node)
	}
	for _, pod := range state.Pods {
		if h := byName[pod.Spec.NodeName]; h != nil && !finished(pod) {
			s.place(pod, h)
		}
	}
	return s
}

func (s *simulation) addHost(node *corev1.Node) *host {
	h := &host{node: node, free: node.Status.Allocatable.DeepCopy()}
	if h.free == nil {
		h.free = corev1.ResourceList{}
	}
	s.hosts = append(s.hosts, h)
	return h
}

func (s *simulation) dropHost(h *host) {
	for i := range s.hosts {
		if s.hosts[i] == h {
			s.hosts = append(s.hosts[:i:i], s.hosts[i+1:]...)
			return
		}
	}
}

// place puts the pod on the host without asking whether it fits.
func (s *simulation) place(pod *corev1.Pod, h *host) {
	h.pods = append(h.pods, pod)
	for name, want := range s.requests(pod) {
		have := h.free[name]
		have.Sub(want)
		h.free[name] = have
	}
}

// remove takes the pod off the host.
func (s *simulation) remove(pod *corev1.Pod, h *host) {
	for i := range h.pods {
		if h.pods[i] != pod {
			continue
		}
		h.pods = append(h.pods[:i:i], h.pods[i+1:]...)
		for name, want := range s.requests(pod) {
			have := h.free[name]
			have.Add(want)
			h.free[name] = have
		}
		return
	}
}

// requests returns what the pod asks of a node, itself included as one pod.
func (s *simulation) requests(pod *corev1.Pod) corev1.ResourceList {
	if r, ok := s.requested[pod]; ok {
		return r
	}
	r := requests.PodRequests(pod, requests.PodResourcesOptions{})
	r[corev1.ResourcePods] = *resource.NewQuantity(1, resource.DecimalSI)
	s.requested[pod] = r
	return r
}

// selector compiles a label selector once. An invalid one, which the API server
// does not admit, selects nothing.
func (s *simulation) selector(ls *metav1.LabelSelector) labels.Selector {
	if sel, ok := s.selectors[ls]; ok {
		return sel
	}
	sel, err := metav1.LabelSelectorAsSelector(ls)
	if err != nil {
		sel = labels.Nothing()
	}
	s.selectors[ls] = sel
	return sel
}

// finished reports whether the pod no longer takes part in scheduling.
func finished(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
