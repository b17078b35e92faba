package manifests

import "strings"

// relabel is a step that changes a target's labels (prometheus.io, relabel_config).
type relabel struct {
	Source      []string `yaml:"source_labels,omitempty,flow"`
	Target      string   `yaml:"target_label,omitempty"`
	Regex       string   `yaml:"regex,omitempty"`
	Replacement string   `yaml:"replacement,omitempty"`
	Action      string   `yaml:"action,omitempty"`
}

// of is the label that discovery gives.
func of(name string) []string { return []string{"__meta_kubernetes_" + name} }

func keep(regex string, source ...string) relabel {
	return relabel{Source: source, Regex: regex, Action: "keep"}
}

// label copies what discovery knows.
func label(target, name string) relabel { return relabel{Source: of(name), Target: target} }

// relabels keeps the targets of a job and names them: by namespace, pod, node and app
// rather than by an address that the next pod will have.
func (j ScrapeJob) relabels() []relabel {
	switch j.Role {
	case RoleNode:
		return []relabel{
			label("node", "node_name"),
			// gomeet.com/role, which every pool has.
			label("role", "node_label_gomeet_com_role"),
		}
	case RoleEndpoints:
		return []relabel{
			keep("kubernetes;"+j.Port, "__meta_kubernetes_service_name", "__meta_kubernetes_endpointslice_port_name"),
		}
	}
	var steps []relabel
	if len(j.Apps) > 0 {
		steps = append(steps, keep(strings.Join(j.Apps, "|"), of("pod_label_"+appLabel)...))
	}
	steps = append(steps,
		keep(j.Port, of("pod_container_port_name")...),
		// A pod that ended keeps its address until it is deleted.
		relabel{Source: of("pod_phase"), Regex: "Pending|Succeeded|Failed|Completed", Action: "drop"},
	)
	if !j.HonorLabels {
		steps = append(steps,
			label("namespace", "namespace"), label("pod", "pod_name"), label("node", "pod_node_name"), label("app", "pod_label_"+appLabel))
	}
	if j.NodeRole {
		steps = append(steps, label("role", "node_label_gomeet_com_role"))
	}
	if e := j.Exporter; e != nil {
		steps = append(steps,
			relabel{Source: of("pod_name"), Regex: "(.+)", Target: "__param_target", Replacement: e.Target},
			relabel{Source: of("pod_name"), Target: "instance"},
			relabel{Target: "__address__", Replacement: e.Address},
		)
	}
	return steps
}
