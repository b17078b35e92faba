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

// clusterTampers are changes to the site's cluster, one to each kind of object.
var clusterTampers = []tamper{
	{"Deployment", "singapore-chat", "spec.replicas", patch("/apis/apps/v1/namespaces/gomeet/deployments/chat", `{"spec":{"replicas":3}}`)},
	{"Deployment", "singapore-turn", "metadata.labels", patch("/apis/apps/v1/namespaces/gomeet/deployments/turn", `{"metadata":{"labels":{"app.kubernetes.io/part-of":"mine"}}}`)},
	{"NetworkPolicy", "singapore-deny-all", "spec.policyTypes", patch("/apis/networking.k8s.io/v1/namespaces/gomeet/networkpolicies/deny-all", `{"spec":{"policyTypes":["Ingress"]}}`)},
	{"PodDisruptionBudget", "singapore-chat", "spec.maxUnavailable", patch("/apis/policy/v1/namespaces/gomeet/poddisruptionbudgets/chat", `{"spec":{"maxUnavailable":7}}`)},
	{"Service", "singapore-chat", "spec.ports", patch("/api/v1/namespaces/gomeet/services/chat", `{"spec":{"ports":[{"name":"http","port":8080,"targetPort":"metrics"}]}}`)},
	{"Namespace", "singapore", "metadata.labels", patch("/api/v1/namespaces/gomeet", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}`)},
}
