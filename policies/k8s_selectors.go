package policies

import (
	"fmt"
	"slices"
)

// selectorRules are about resources that find pods by labels.
func selectorRules() []*Rule {
	return []*Rule{
		{
			ID: "k8s-selectors", Severity: High,
			Title: "Services, NetworkPolicies and disruption budgets select pods",
			Why:   "One whose labels match nothing does nothing, and nothing says so.",
			Fix:   "Use the labels of the workload's pods, and its namespace.", References: []string{
				"kube-score service-targets-pod", "kube-score networkpolicy-targets-pod", "kube-score poddisruptionbudget-has-policy",
			},
			All: selectors,
		},
		{
			ID: "k8s-disruption-budget", Severity: Medium,
			Title: "Workloads of several pods have a disruption budget",
			Why:   "An upgrade drains nodes one after the other, and otherwise takes all pods at once.",
			Fix:   "Add a PodDisruptionBudget with maxUnavailable.", References: []string{
				"kube-score deployment-has-poddisruptionbudget", "kube-score statefulset-has-poddisruptionbudget",
			},
			All: budgets,
		},
		{
			ID: "k8s-autoscaler-target", Severity: High,
			Title: "Autoscalers scale something",
			Why:   "One whose target has another name does nothing, and the pods never become more.",
			Fix:   "Name the workload, its kind and its namespace in scaleTargetRef.", References: []string{
				"kube-score horizontalpodautoscaler-has-target",
			},
			All: targets,
		},
	}
}

// targets looks for the workload of each autoscaler.
func targets(_ *Settings, all []Resource) []Problem {
	workloads := ofType(all, scaled...)
	var problems []Problem
	for _, hpa := range ofType(all, hpaType) {
		kind, name := hpa.Get("spec", "scaleTargetRef", "kind"), hpa.Get("spec", "scaleTargetRef", "name")
		// Targets of other kinds, such as custom resources, are not looked for.
		if kind.NotText("Deployment", "StatefulSet") || kind.Unknown() || name.Unknown() || namespaceOf(hpa) == "" {
			continue
		}
		if !slices.ContainsFunc(workloads, func(r Resource) bool {
			have, namespace := r.Get("metadata", "name"), namespaceOf(r)
			return r.Provider == hpa.Provider && r.Type == "kubernetes:apps/v1:"+kind.Text() &&
				(namespace == "" || namespace == namespaceOf(hpa)) && (have.Unknown() || have.Text() == name.Text())
		}) {
			problems = append(problems, Problem{URN: hpa.URN, Message: fmt.Sprintf("there is no %s %q in namespace %q", kind.Text(), name.Text(), namespaceOf(hpa))})
		}
	}
	return problems
}

// laterLabels are put on pods when they run: by the StatefulSet controller, and by
// Patroni, which labels the primary and its replicas.
var laterLabels = []string{"statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "gomeet.com/postgres-role"}

// group is the pods of a workload: where they are and their labels.
type group struct {
	workload           Resource
	cluster, namespace string
	labels             Value
}

// groups returns the pods of all workloads, and whether all are known.
func groups(all []Resource) (pods []group, complete bool) {
	complete = true
	for _, r := range ofType(all, workloadTypes...) {
		metadata, _ := podOf(r)
		g := group{r, r.Provider, namespaceOf(r), metadata.Get("labels")}
		if g.namespace == "" || g.labels.raw == Unknown {
			complete = false
		}
		pods = append(pods, g)
	}
	return pods, complete
}

// selects reports whether a selector of a resource matches a group. What is not known
// matches.
func selects(r Resource, selector map[string]Value, g group) bool {
	if namespace := namespaceOf(r); r.Provider != g.cluster || namespace != "" && g.namespace != "" && namespace != g.namespace {
		return false
	}
	for key, want := range selector {
		if slices.Contains(laterLabels, key) {
			continue
		}
		have := g.labels.Get(key)
		if !want.Unknown() && !have.Unknown() && want.Text() != have.Text() {
			return false
		}
	}
	return true
}

func selectors(_ *Settings, all []Resource) []Problem {
	pods, complete := groups(all)
	if !complete {
		return nil
	}
	var problems []Problem
	for _, r := range ofType(all, serviceType, netpolType, budgetType) {
		selector := r.Get("spec", "selector")
		switch r.Type {
		case netpolType:
			selector = r.Get("spec", "podSelector", "matchLabels")
		case budgetType:
			selector = r.Get("spec", "selector", "matchLabels")
		}
		labels := selector.Fields()
		if len(labels) == 0 || slices.ContainsFunc(pods, func(g group) bool { return selects(r, labels, g) }) {
			continue
		}
		problems = append(problems, Problem{URN: r.URN, Message: fmt.Sprintf("it selects no pods in namespace %q", namespaceOf(r))})
	}
	return problems
}

func budgets(_ *Settings, all []Resource) []Problem {
	pods, _ := groups(all)
	found := ofType(all, budgetType)
	var problems []Problem
	for _, g := range pods {
		if !slices.Contains(scaled, g.workload.Type) || !several(g.workload) {
			continue
		}
		if !slices.ContainsFunc(found, func(b Resource) bool {
			return selects(b, b.Get("spec", "selector", "matchLabels").Fields(), g)
		}) {
			problems = append(problems, Problem{URN: g.workload.URN, Message: "no disruption budget covers its pods"})
		}
	}
	return problems
}
