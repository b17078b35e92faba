package policies

import (
	"fmt"
	"slices"
)

// workloadTypes are what makes pods; longRunning are those that should always run.
var (
	longRunning = []string{
		"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet",
	}
	scaled        = longRunning[:2]
	cronJobType   = "kubernetes:batch/v1:CronJob"
	workloadTypes = append([]string{
		"kubernetes:apps/v1:ReplicaSet", "kubernetes:core/v1:ReplicationController",
		"kubernetes:batch/v1:Job", cronJobType, "kubernetes:core/v1:Pod",
	}, longRunning...)
)

// podOf returns the pod's metadata and spec in a workload.
func podOf(r Resource) (metadata, spec Value) {
	template := r.Get("spec", "template")
	switch r.Type {
	case "kubernetes:core/v1:Pod":
		template = r.Get()
	case cronJobType:
		template = r.Get("spec", "jobTemplate", "spec", "template")
	}
	return template.Get("metadata"), template.Get("spec")
}

// namespaceOf returns the namespace of a resource, "" if it is not known.
func namespaceOf(r Resource) string {
	namespace := r.Get("metadata", "namespace")
	if namespace.Absent() {
		return "default"
	}
	return namespace.Text()
}

// pod makes Each of a rule about a pod's spec.
func pod(judge func(spec Value) []Problem) func(*Settings, Resource) []Problem {
	return func(_ *Settings, r Resource) []Problem {
		_, spec := podOf(r)
		return judge(spec)
	}
}

// containers makes Each of a rule about every container of a pod, those that run first
// among them. The message says what is wrong with one; "" is nothing.
func containers(judge func(spec, container Value) string) func(*Settings, Resource) []Problem {
	return pod(func(spec Value) []Problem {
		var problems []Problem
		for _, list := range []string{"initContainers", "containers", "ephemeralContainers"} {
			for _, c := range spec.Get(list).Items() {
				name := c.Get("name").Text()
				if message := judge(spec, c); message != "" {
					problems = append(problems, Problem{
						Subject: "container " + name, Message: fmt.Sprintf("container %q: %s", name, message),
					})
				}
			}
		}
		return problems
	})
}

// inherited returns a field of the container's security context, or else the pod's.
func inherited(spec, container Value, path ...string) Value {
	path = append([]string{"securityContext"}, path...)
	if own := container.Get(path...); !own.Absent() {
		return own
	}
	return spec.Get(path...)
}

// podRules are Pod Security's, and those of the CIS benchmark's section 5.2.
func podRules() []*Rule {
	return []*Rule{
		{
			ID: "k8s-host-namespaces", Severity: Critical,
			Title: "Pods do not share their node's network, processes or memory",
			Why:   "On the node's network NetworkPolicies do not hold, and every port of the node is the pod's.",
			Fix:   "Remove hostNetwork, hostPID and hostIPC.", References: []string{"CIS 5.2.3-5.2.5", "Pod Security baseline", "NSA/CISA"},
			Types: workloadTypes,
			Each: pod(func(spec Value) []Problem {
				var problems []Problem
				for _, field := range []string{"hostNetwork", "hostPID", "hostIPC"} {
					problems = append(problems, one(spec.Get(field).True(), field, "%s is on", field)...)
				}
				return problems
			}),
		},
		{
			ID: "k8s-host-path", Severity: High,
			Title: "Pods do not mount folders of their node",
			Why:   "A folder of the node is a way to its credentials and its other pods.",
			Fix:   "Use a claim, an emptyDir or a ConfigMap.", References: []string{"CIS 5.2.12", "Pod Security baseline"},
			Types: workloadTypes,
			Each: pod(func(spec Value) []Problem {
				var problems []Problem
				for _, volume := range spec.Get("volumes").Items() {
					path := volume.Get("hostPath")
					problems = append(problems, one(!path.Absent() && path.raw != Unknown, "volume "+volume.Get("name").Text(),
						"volume %q mounts %s of the node", volume.Get("name").Text(), path.Get("path").Text())...)
				}
				return problems
			}),
		},
		{
			ID: "k8s-volume-types", Severity: Medium,
			Title:      "Pods mount what Kubernetes manages",
			Why:        "A volume of another type takes its credentials and its server from whoever writes the pod.",
			Fix:        "Use a claim, or emptyDir, configMap, secret, projected, downwardAPI, csi or ephemeral.",
			References: []string{"Pod Security restricted"},
			Types:      workloadTypes,
			Each:       pod(volumeTypes),
		},
		{
			ID: "k8s-isolation", Severity: High,
			Title:      "Pods keep the isolation that the runtime gives them",
			Why:        "Unmasked /proc, a free choice of AppArmor or SELinux label and kernel settings reach the node.",
			Fix:        "Leave procMount, appArmorProfile, seLinuxOptions, windowsOptions and sysctls out, or use what Pod Security's baseline allows.",
			References: []string{"CIS 5.2.11", "Pod Security baseline", "NSA/CISA"},
			Types:      workloadTypes,
			Each:       pod(isolation),
		},
		{
			ID: "k8s-service-account", Severity: Medium,
			Title: "Pods get a token only with an account of their own",
			Why:   "A token that nobody uses is found by whoever breaks in, and the default account is everybody's.",
			Fix:   "Set automountServiceAccountToken to false, or serviceAccountName to an account for this workload.",
			References: []string{
				"CIS 5.1.5", "CIS 5.1.6", "NSA/CISA",
			},
			Types: workloadTypes,
			Each: pod(func(spec Value) []Problem {
				account := spec.Get("serviceAccountName")
				shared := !account.Unknown() && slices.Contains([]string{"", "default"}, account.Text())
				return one(shared && spec.Get("automountServiceAccountToken").NotFalse(), "", "the token of the default account is mounted")
			}),
		},
		{
			ID: "k8s-default-namespace", Severity: Medium,
			Title: "Workloads are not in the default namespace",
			Why:   "No Pod Security level and no NetworkPolicy is there.",
			Fix:   "Set metadata.namespace.", References: []string{"CIS 5.7.4"},
			Types: append([]string{serviceType, secretType, configType}, workloadTypes...),
			Each: func(_ *Settings, r Resource) []Problem {
				return one(namespaceOf(r) == "default", "", "the namespace is the default one")
			},
		},
		{
			ID: "k8s-pod-security", Severity: High,
			Title: "Namespaces enforce the restricted Pod Security level",
			Why:   "Without, whoever may create a pod owns its node.",
			Fix:   "Label the namespace pod-security.kubernetes.io/enforce: restricted.", References: []string{"CIS 5.2.1", "Pod Security", "NSA/CISA"},
			Types: []string{namespaceType},
			Each: func(_ *Settings, r Resource) []Problem {
				level := r.Get("metadata", "labels", "pod-security.kubernetes.io/enforce")
				return one(level.NotText("restricted"), "", "the enforced level is %q", level.Text())
			},
		},
	}
}
