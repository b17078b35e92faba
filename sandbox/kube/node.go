package kube

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Labels that DOKS puts on its nodes, as `kubectl describe node` shows them.
const (
	labelNodeID   = "doks.digitalocean.com/node-id"
	labelPool     = "doks.digitalocean.com/node-pool"
	labelPoolID   = "doks.digitalocean.com/node-pool-id"
	labelVersion  = "doks.digitalocean.com/version"
	labelManaged  = "doks.digitalocean.com/managed"
	labelRegion   = "region"
	labelBetaArch = "beta.kubernetes.io/arch"
	labelBetaOS   = "beta.kubernetes.io/os"
)

const (
	// annotationApplied remembers which labels and taints come from the cloud, so
	// that those a user sets with kubectl are left alone.
	annotationApplied = "sandbox.gomeet.io/applied"
	// annotationLeaving marks a node that is being drained to be removed.
	annotationLeaving = "sandbox.gomeet.io/leaving"
)

// applied is the content of annotationApplied.
type applied struct {
	Labels []string `json:"labels"` // keys
	Taints []string `json:"taints"` // key:effect, a taint's identity
}

// build returns the Node object that the cloud wants for n.
func build(n Node, version string) (*corev1.Node, error) {
	labels := nodeLabels(n, version)
	taints := make([]corev1.Taint, 0, len(n.Taints))
	for _, t := range n.Taints {
		taint := corev1.Taint{Key: t.Key, Value: t.Value, Effect: corev1.TaintEffect(t.Effect)}
		switch taint.Effect {
		case corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute:
		default:
			return nil, fmt.Errorf("node %q: the taint %q has effect %q, want NoSchedule, PreferNoSchedule or NoExecute", n.Name, t.Key, t.Effect)
		}
		taints = append(taints, taint)
	}
	record, err := json.Marshal(record(labels, taints))
	if err != nil {
		return nil, fmt.Errorf("node %q: %w", n.Name, err)
	}
	kubernetes, _, _ := strings.Cut(version, "-do.")
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name:   n.Name,
			Labels: labels,
			Annotations: map[string]string{
				kwokAnnotation:    kwokFake,
				annotationApplied: string(record),
			},
		},
		Spec: corev1.NodeSpec{ProviderID: "digitalocean://" + strconv.Itoa(n.DropletID), Taints: taints},
		Status: corev1.NodeStatus{
			Capacity:    capacity(n.Size),
			Allocatable: allocatable(n.Size),
			Addresses:   addresses(n),
			NodeInfo: corev1.NodeSystemInfo{
				Architecture:            "amd64",
				OperatingSystem:         "linux",
				OSImage:                 "simulated by kwok",
				ContainerRuntimeVersion: "kwok://0.8.0",
				KernelVersion:           "simulated",
				KubeletVersion:          "v" + kubernetes,
			},
		},
	}, nil
}

func nodeLabels(n Node, version string) map[string]string {
	labels := map[string]string{}
	for key, value := range n.Labels {
		labels[key] = value
	}
	for key, value := range map[string]string{
		corev1.LabelHostname:                n.Name,
		corev1.LabelOSStable:                "linux",
		corev1.LabelArchStable:              "amd64",
		labelBetaOS:                         "linux",
		labelBetaArch:                       "amd64",
		corev1.LabelInstanceTypeStable:      n.Size.Slug,
		corev1.LabelInstanceType:            n.Size.Slug,
		corev1.LabelTopologyRegion:          n.Region,
		corev1.LabelFailureDomainBetaRegion: n.Region,
		labelRegion:                         n.Region,
		labelNodeID:                         n.ID,
		labelPool:                           n.PoolName,
		labelPoolID:                         n.PoolID,
		labelVersion:                        version,
		labelManaged:                        "true",
	} {
		labels[key] = value
	}
	return labels
}

func addresses(n Node) []corev1.NodeAddress {
	list := []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: n.Name}}
	if n.PrivateIP != "" {
		list = append(list, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: n.PrivateIP})
	}
	if n.PublicIP != "" {
		list = append(list, corev1.NodeAddress{Type: corev1.NodeExternalIP, Address: n.PublicIP})
	}
	return list
}

func record(labels map[string]string, taints []corev1.Taint) applied {
	a := applied{Labels: []string{}, Taints: []string{}}
	for key := range labels {
		a.Labels = append(a.Labels, key)
	}
	for i := range taints {
		a.Taints = append(a.Taints, identity(&taints[i]))
	}
	slices.Sort(a.Labels)
	slices.Sort(a.Taints)
	return a
}

func identity(t *corev1.Taint) string { return t.Key + ":" + string(t.Effect) }

// merge brings the labels and taints of an existing node up to date with the
// wanted one and reports whether anything changed. What the cloud did not put
// there, it does not take away.
func merge(have, want *corev1.Node) bool {
	var old applied
	// An unreadable record means that nothing is known to be ours.
	_ = json.Unmarshal([]byte(have.Annotations[annotationApplied]), &old)
	changed := false
	for _, key := range old.Labels {
		if _, keep := want.Labels[key]; !keep {
			delete(have.Labels, key)
			changed = true
		}
	}
	changed = assign(&have.Labels, want.Labels) || changed
	changed = assign(&have.Annotations, want.Annotations) || changed
	if _, leaving := have.Annotations[annotationLeaving]; leaving {
		// A drain that was called off: the node is wanted again.
		delete(have.Annotations, annotationLeaving)
		have.Spec.Unschedulable = false
		changed = true
	}
	var taints []corev1.Taint
	for i := range have.Spec.Taints {
		t := &have.Spec.Taints[i]
		wanted := slices.ContainsFunc(want.Spec.Taints, func(w corev1.Taint) bool { return w.MatchTaint(t) })
		if !wanted && !slices.Contains(old.Taints, identity(t)) {
			taints = append(taints, *t)
		}
	}
	taints = append(taints, want.Spec.Taints...)
	if !sameTaints(have.Spec.Taints, taints) {
		have.Spec.Taints = taints
		changed = true
	}
	return changed
}

func assign(have *map[string]string, want map[string]string) bool {
	changed := false
	for key, value := range want {
		if present, ok := (*have)[key]; ok && present == value {
			continue
		}
		if *have == nil {
			*have = map[string]string{}
		}
		(*have)[key] = value
		changed = true
	}
	return changed
}

// sameTaints ignores order and the time at which a taint was added.
func sameTaints(a, b []corev1.Taint) bool {
	if len(a) != len(b) {
		return false
	}
	return !slices.ContainsFunc(a, func(x corev1.Taint) bool {
		return !slices.ContainsFunc(b, func(y corev1.Taint) bool { return x.MatchTaint(&y) && x.Value == y.Value })
	})
}
