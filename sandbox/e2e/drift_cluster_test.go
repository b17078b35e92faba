package e2e_test

import (
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"
)

// patch returns a change of an object by a JSON merge patch; path is the object's address
// at the API server.
func patch(path, body string) func(*hands) {
	return func(h *hands) {
		h.t.Helper()
		require.NoError(h.t, h.kube.CoreV1().RESTClient().Patch(types.MergePatchType).AbsPath(path).Body([]byte(body)).Do(h.ctx).Error(), path)
	}
}

// clusterTampers are changes to the site's cluster, of each kind of object that can be
// changed in place.
var clusterTampers = []tamper{
	{"Deployment", "singapore-chat", "spec.replicas", patch("/apis/apps/v1/namespaces/gomeet/deployments/chat", `{"spec":{"replicas":3}}`)},
	{"Deployment", "singapore-turn", "metadata.labels", patch("/apis/apps/v1/namespaces/gomeet/deployments/turn", `{"metadata":{"labels":{"app.kubernetes.io/part-of":"mine"}}}`)},
	{"Deployment", "singapore-meetings", "spec.template.spec.terminationGracePeriodSeconds", patch("/apis/apps/v1/namespaces/gomeet/deployments/meetings", `{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":30}}}}`)},
	{"StatefulSet", "singapore-redis", "spec.updateStrategy", patch("/apis/apps/v1/namespaces/data/statefulsets/redis", `{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}`)},
	{"DaemonSet", "singapore-edge", "spec.template.spec.priorityClassName", patch("/apis/apps/v1/namespaces/edge/daemonsets/traefik", `{"spec":{"template":{"spec":{"priorityClassName":"gomeet-api","priority":null}}}}`)},
	{"CronJob", "singapore-postgres-postgres-drill", "spec.schedule", patch("/apis/batch/v1/namespaces/data/cronjobs/postgres-drill", `{"spec":{"schedule":"0 0 30 2 *"}}`)},
	{"CronJob", "singapore-redis-redis-backup-hourly", "spec.suspend", patch("/apis/batch/v1/namespaces/data/cronjobs/redis-backup-hourly", `{"spec":{"suspend":true}}`)},
	{"ConfigMap", "singapore-pgbouncer", "data", patch("/api/v1/namespaces/data/configmaps/pgbouncer", `{"data":{"pgbouncer.ini":"[pgbouncer]"}}`)},
	{"Secret", "singapore-redis", "", patch("/api/v1/namespaces/data/secrets/redis", `{"data":{"users.acl":"bWluZQ=="}}`)},
	{"ServiceAccount", "singapore-postgres", "automountServiceAccountToken", patch("/api/v1/namespaces/data/serviceaccounts/postgres", `{"automountServiceAccountToken":true}`)},
	{"Role", "singapore-postgres", "rules", patch("/apis/rbac.authorization.k8s.io/v1/namespaces/data/roles/postgres", `{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}`)},
	{"RoleBinding", "singapore-postgres-jobs", "subjects", patch("/apis/rbac.authorization.k8s.io/v1/namespaces/data/rolebindings/postgres-jobs", `{"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"data"}]}`)},
	{"ClusterRole", "singapore-state", "rules", patch("/apis/rbac.authorization.k8s.io/v1/clusterroles/gomeet-state-backup", `{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}`)},
	{"ClusterRoleBinding", "singapore-state", "subjects", patch("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/gomeet-state-backup", `{"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"data"}]}`)},
	{"PriorityClass", "singapore-gomeet-edge", "description", patch("/apis/scheduling.k8s.io/v1/priorityclasses/gomeet-edge", `{"description":"mine"}`)},
	{"NetworkPolicy", "singapore-deny-all", "spec.policyTypes", patch("/apis/networking.k8s.io/v1/namespaces/gomeet/networkpolicies/deny-all", `{"spec":{"policyTypes":["Ingress"]}}`)},
	{"NetworkPolicy", "singapore-chat", "spec.ingress", patch("/apis/networking.k8s.io/v1/namespaces/gomeet/networkpolicies/chat", `{"spec":{"ingress":[{}]}}`)},
	{"PodDisruptionBudget", "singapore-chat", "spec.maxUnavailable", patch("/apis/policy/v1/namespaces/gomeet/poddisruptionbudgets/chat", `{"spec":{"maxUnavailable":7}}`)},
	{"Service", "singapore-chat", "spec.ports", patch("/api/v1/namespaces/gomeet/services/chat", `{"spec":{"ports":[{"name":"http","port":8080,"targetPort":"metrics"}]}}`)},
	{"Service", "singapore-turn", "spec.selector", patch("/api/v1/namespaces/gomeet/services/turn", `{"spec":{"selector":{"app.kubernetes.io/name":"chat"}}}`)},
	{"Namespace", "singapore", "metadata.labels", patch("/api/v1/namespaces/gomeet", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}`)},
}
