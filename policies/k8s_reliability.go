package policies

import (
	"fmt"
	"slices"
)

// reliabilityRules are those of kube-score that keep pods running.
func reliabilityRules() []*Rule {
	return []*Rule{
		{
			ID: "k8s-resources", Severity: Medium,
			Title: "Containers ask for CPU and memory, and end at a memory limit",
			Why:   "The scheduler puts pods that ask for nothing onto full nodes, and a leak takes its neighbours along.",
			Fix:   "Set requests for cpu, memory and ephemeral-storage, and limits for memory and ephemeral-storage.",
			References: []string{
				"kube-score container-resources", "kube-score container-ephemeral-storage-request-and-limit", "NSA/CISA",
			},
			Types: workloadTypes,
			Each: containers(func(_, c Value) string {
				for _, want := range [][]string{
					{"requests", "cpu"}, {"requests", "memory"}, {"requests", "ephemeral-storage"},
					{"limits", "memory"}, {"limits", "ephemeral-storage"},
				} {
					if c.Get("resources").Get(want...).Absent() {
						return "resources." + want[0] + "." + want[1] + " is not set"
					}
				}
				return ""
			}),
		},
		{
			ID: "k8s-probes", Severity: Medium,
			Title: "Servers say when they are ready",
			Why:   "Without a readiness probe a pod gets traffic before it can answer, and a rollout cannot see that it fails.",
			Fix:   "Set readinessProbe; a livenessProbe that asks the same must wait twice as long.",
			References: []string{
				"kube-score pod-probes", "kubernetes.io: liveness, readiness and startup probes",
			},
			Types: longRunning,
			Each:  pod(probes),
		},
		{
			ID: "k8s-variables", Severity: Medium,
			Title: "Every variable of a container is set once",
			Why:   "The last one wins, and whoever changes the first wonders why nothing happens.",
			Fix:   "Remove one of the two.", References: []string{"kube-score environment-variable-key-duplication"},
			Types: workloadTypes,
			Each: containers(func(_, c Value) string {
				seen := map[string]bool{}
				for _, variable := range c.Get("env").Items() {
					name := variable.Get("name").Text()
					if name != "" && seen[name] {
						return "variable " + name + " is set twice"
					}
					seen[name] = true
				}
				return ""
			}),
		},
		{
			ID: "k8s-spread", Severity: Medium,
			Title: "Pods of one kind are on different nodes",
			Why:   "One lost node otherwise takes all of them.",
			Fix:   "Add a podAntiAffinity or topologySpreadConstraints over kubernetes.io/hostname.", References: []string{
				"kube-score deployment-has-host-podantiaffinity", "kube-score statefulset-has-host-podantiaffinity", "kube-score pod-topology-spread-constraints",
			},
			Types: scaled,
			Each: func(_ *Settings, r Resource) []Problem {
				_, spec := podOf(r)
				affinity, spread := spec.Get("affinity", "podAntiAffinity"), spec.Get("topologySpreadConstraints")
				return one(several(r) && affinity.Absent() && spread.Absent(), "", "nothing keeps its pods apart")
			},
		},
		{
			ID: "k8s-statefulset-service", Severity: Low,
			Title: "StatefulSets have a Service for their members",
			Why:   "Without one the members have no names, and do not find each other.",
			Fix:   "Set serviceName to a headless Service.", References: []string{"kube-score statefulset-has-servicename"},
			Types: []string{"kubernetes:apps/v1:StatefulSet"},
			Each: func(_ *Settings, r Resource) []Problem {
				return one(r.Get("spec", "serviceName").Absent(), "", "serviceName is not set")
			},
		},
		{
			ID: "k8s-cronjob-deadline", Severity: Medium,
			Title: "Scheduled jobs start late or not at all, and end",
			Why:   "A CronJob without a deadline stops for ever after 100 missed starts, and one that hangs blocks the next.",
			Fix:   "Set startingDeadlineSeconds, concurrencyPolicy and jobTemplate.spec.activeDeadlineSeconds.", References: []string{
				"kube-score cronjob-has-deadline", "kubernetes.io: CronJob limitations",
			},
			Types: []string{cronJobType},
			Each: func(_ *Settings, r Resource) []Problem {
				spec := r.Get("spec")
				return slices.Concat(
					one(spec.Get("startingDeadlineSeconds").Absent(), "", "startingDeadlineSeconds is not set"),
					one(spec.Get("concurrencyPolicy").NotText("Forbid", "Replace"), "", "runs may overlap"),
					one(spec.Get("jobTemplate", "spec", "activeDeadlineSeconds").Absent(), "", "activeDeadlineSeconds is not set"))
			},
		},
	}
}

// several reports whether a workload is known to have more than one pod.
func several(r Resource) bool {
	n, known := r.Get("spec", "replicas").Number()
	return known && n > 1
}

// probes demands a readiness probe of at least one container. A liveness probe that asks
// the same must be more patient: a busy server would be restarted, not just spared.
func probes(spec Value) []Problem {
	list := spec.Get("containers")
	if list.Unknown() {
		return nil
	}
	ready := false
	var problems []Problem
	for _, c := range list.Items() {
		readiness, liveness := c.Get("readinessProbe"), c.Get("livenessProbe")
		ready = ready || !readiness.Absent()
		hasty := !readiness.Absent() && sameCheck(readiness, liveness) && hastier(liveness, readiness)
		name := c.Get("name").Text()
		problems = append(problems, one(hasty, "container "+name, "container %q: liveness asks the same as readiness and is no more patient", name)...)
	}
	return append(problems, one(!ready, "", "no container has a readiness probe")...)
}

// hastier reports whether a liveness probe is known to give up before the readiness probe
// has had twice its time.
func hastier(liveness, readiness Value) bool {
	live, liveKnown := patience(liveness)
	ready, readyKnown := patience(readiness)
	return liveKnown && readyKnown && live < 2*ready
}

// patience is how long a probe fails before it counts, in seconds, and whether that is
// known. The defaults are Kubernetes'.
func patience(probe Value) (seconds float64, known bool) {
	seconds = 1
	for field, fallback := range map[string]float64{"periodSeconds": 10, "failureThreshold": 3} {
		n, ok := probe.Get(field).Number()
		switch {
		case probe.Get(field).Absent():
			n = fallback
		case !ok:
			return 0, false
		}
		seconds *= n
	}
	return seconds, true
}

// sameCheck reports whether two probes are known to ask the same.
func sameCheck(a, b Value) bool {
	for _, path := range [][]string{
		{"httpGet", "path"}, {"httpGet", "port"}, {"tcpSocket", "port"}, {"grpc", "port"}, {"exec", "command"},
	} {
		x, y := a.Get(path...), b.Get(path...)
		if x.Unknown() || y.Unknown() || fmt.Sprint(x.raw) != fmt.Sprint(y.raw) {
			return false
		}
	}
	return true
}
