package policies

import (
	"fmt"
	"slices"
	"strings"
)

var (
	roleTypes = []string{
		"kubernetes:rbac.authorization.k8s.io/v1:Role", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
	}
	bindingTypes = []string{
		"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
	}
)

// accessRules are the CIS benchmark's section 5.1.
func accessRules() []*Rule {
	return []*Rule{
		{
			ID: "k8s-rbac-cluster-admin", Severity: Critical,
			Title: "Nobody is bound to cluster-admin",
			Why:   "Whoever has the token of such an account owns the cluster.",
			Fix:   "Bind a role with what is needed.", References: []string{"CIS 5.1.1"},
			Types: bindingTypes,
			Each: func(_ *Settings, r Resource) []Problem {
				return one(r.Get("roleRef", "name").Text() == "cluster-admin", "", "it grants cluster-admin")
			},
		},
		{
			ID: "k8s-rbac-anybody", Severity: Critical,
			Title: "Nothing is granted to everybody",
			Why:   "system:authenticated is every pod, system:unauthenticated the whole world.",
			Fix:   "Bind a ServiceAccount.", References: []string{"CIS 5.1.7", "NSA/CISA"},
			Types: bindingTypes,
			Each: func(_ *Settings, r Resource) []Problem {
				var problems []Problem
				for _, subject := range r.Get("subjects").Items() {
					name := subject.Get("name").Text()
					everybody := []string{"system:anonymous", "system:unauthenticated", "system:authenticated", "system:masters", "system:serviceaccounts"}
					problems = append(problems, one(slices.Contains(everybody, name), name, "it grants to %s", name)...)
				}
				return problems
			},
		},
		{
			ID: "k8s-rbac-wildcards", Severity: High,
			Title: "Roles name what they allow",
			Why:   "A * also allows what the next release adds.",
			Fix:   "List groups, resources and verbs.", References: []string{"CIS 5.1.3"},
			Types: roleTypes,
			Each:  grants("*"),
		},
		{
			ID: "k8s-rbac-secrets", Severity: High,
			Title: "Roles do not read all Secrets",
			Why:   "To list Secrets is to read every password of the namespace, or of the cluster.",
			Fix:   "Mount the Secret, or name it in resourceNames with the verb get.", References: []string{"CIS 5.1.2"},
			Types: roleTypes,
			Each: func(_ *Settings, r Resource) []Problem {
				for _, rule := range r.Get("rules").Items() {
					resources, _ := rule.Get("resources").Texts()
					verbs, _ := rule.Get("verbs").Texts()
					reads := slices.ContainsFunc(verbs, func(v string) bool { return slices.Contains([]string{"*", "get", "list", "watch"}, v) })
					all := slices.Contains(resources, "secrets") || slices.Contains(resources, "*")
					if all && reads && rule.Get("resourceNames").Absent() {
						return one(true, "secrets", "it reads all Secrets (%s)", strings.Join(verbs, ", "))
					}
				}
				return nil
			},
		},
		{
			ID: "k8s-rbac-escalation", Severity: High,
			Title: "Roles cannot hand out more than they have",
			Why:   "escalate, bind and impersonate make any account an administrator.",
			Fix:   "Remove the verb.", References: []string{"CIS 5.1.8"},
			Types: roleTypes,
			Each:  grants("escalate", "bind", "impersonate"),
		},
		{
			ID: "k8s-rbac-powers", Severity: High,
			Title: "Roles reach no node, and make no pods, tokens or webhooks",
			Why:   "Each of these is a way to more than the role says: to a node, to another account, to every request.",
			Fix:   "Leave it to the controllers; except what must run a command in a pod.",
			References: []string{
				"CIS 5.1.4", "CIS 5.1.9", "CIS 5.1.10", "CIS 5.1.11", "CIS 5.1.12", "CIS 5.1.13", "NSA/CISA",
			},
			Types: roleTypes, Each: powers,
		},
	}
}

// powerful maps resources to the verbs that make more of them than their names say.
var powerful = map[string][]string{
	"pods": {"create"}, "pods/exec": {"create", "get"}, "pods/attach": {"create", "get"}, "pods/ephemeralcontainers": {"update", "patch"},
	"deployments": {"create"}, "statefulsets": {"create"}, "daemonsets": {"create"}, "replicasets": {"create"},
	"replicationcontrollers": {"create"}, "jobs": {"create"}, "cronjobs": {"create"},
	"persistentvolumes":                   {"create"},
	"nodes/proxy":                         {"get", "create"},
	"certificatesigningrequests/approval": {"update", "patch"},
	"validatingwebhookconfigurations":     {"create", "update", "patch"},
	"mutatingwebhookconfigurations":       {"create", "update", "patch"},
	"serviceaccounts/token":               {"create"},
	"validatingadmissionpolicies":         {"update", "patch", "delete"},
	"validatingadmissionpolicybindings":   {"update", "patch", "delete"},
}

func powers(_ *Settings, r Resource) []Problem {
	var problems []Problem
	for _, rule := range r.Get("rules").Items() {
		resources, _ := rule.Get("resources").Texts()
		verbs, _ := rule.Get("verbs").Texts()
		for _, resource := range resources {
			for _, verb := range powerful[resource] {
				if slices.Contains(verbs, verb) || slices.Contains(verbs, "*") {
					problems = append(problems, one(true, resource, "it may %s %s", verb, resource)...)
					break
				}
			}
		}
	}
	return problems
}

// grants makes Each of a rule that forbids words in groups, resources and verbs.
func grants(forbidden ...string) func(*Settings, Resource) []Problem {
	return func(_ *Settings, r Resource) []Problem {
		var problems []Problem
		for _, rule := range r.Get("rules").Items() {
			for _, field := range []string{"apiGroups", "resources", "verbs"} {
				texts, _ := rule.Get(field).Texts()
				for _, text := range texts {
					if slices.Contains(forbidden, text) {
						problems = append(problems, Problem{Subject: field, Message: fmt.Sprintf("%s contain %q", field, text)})
					}
				}
			}
		}
		return problems
	}
}
