package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/stretchr/testify/require"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
)

// patience is how autoscalers wait, by site and name.
type patience map[string]*autoscalingv2.HorizontalPodAutoscalerBehavior

// autoscalers lists those of a cluster.
func (w *world) autoscalers(client kubernetes.Interface) []autoscalingv2.HorizontalPodAutoscaler {
	w.t.Helper()
	list, err := client.AutoscalingV2().HorizontalPodAutoscalers("").List(w.t.Context(), metav1.ListOptions{})
	require.NoError(w.t, err)
	require.NotEmpty(w.t, list.Items)
	return list.Items
}

// behave gives an autoscaler another behaviour.
func (w *world) behave(client kubernetes.Interface, a autoscalingv2.HorizontalPodAutoscaler, b *autoscalingv2.HorizontalPodAutoscalerBehavior) {
	w.t.Helper()
	require.NoError(w.t, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		fresh, err := client.AutoscalingV2().HorizontalPodAutoscalers(a.Namespace).Get(w.t.Context(), a.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		fresh.Spec.Behavior = b
		_, err = client.AutoscalingV2().HorizontalPodAutoscalers(a.Namespace).Update(w.t.Context(), fresh, metav1.UpdateOptions{})
		return err
	}))
}

// hurry lets all autoscalers go as far as they want at once, and returns how they were.
func (w *world) hurry(clients map[string]kubernetes.Interface) patience {
	w.t.Helper()
	before, none := patience{}, int32(0)
	all := &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: &none,
		Policies:                   []autoscalingv2.HPAScalingPolicy{{Type: autoscalingv2.PodsScalingPolicy, Value: 1000, PeriodSeconds: 15}},
	}
	for site, client := range clients {
		for _, a := range w.autoscalers(client) {
			before[site+" "+a.Name] = a.Spec.Behavior
			w.behave(client, a, &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: all, ScaleDown: all})
		}
	}
	return before
}

// restore gives all autoscalers their patience back.
func (w *world) restore(clients map[string]kubernetes.Interface, p patience) {
	w.t.Helper()
	for site, client := range clients {
		for _, a := range w.autoscalers(client) {
			w.behave(client, a, p[site+" "+a.Name])
		}
	}
}

// busy makes what is autoscaled use so many cores, and hold so many WebSockets where it
// holds any; in each cluster.
func (c cloud) busy(cores string, sockets float64) {
	c.t.Helper()
	type load struct {
		Namespace string             `json:"namespace"`
		App       string             `json:"app"`
		CPU       string             `json:"cpu"`
		Metrics   map[string]float64 `json:"metrics,omitempty"`
	}
	loads := []load{{Namespace: "media", App: "livekit", CPU: cores}}
	for _, app := range []string{"authentication", "meetings", "turn"} {
		loads = append(loads, load{Namespace: "gomeet", App: app, CPU: cores})
	}
	for _, app := range []string{"signalling", "chat"} {
		// Idle processors: what grows these is WebSockets alone.
		loads = append(loads, load{Namespace: "gomeet", App: app, CPU: "0", Metrics: map[string]float64{"websocket_connections": sockets}})
	}
	body, err := json.Marshal(loads)
	require.NoError(c.t, err)
	address := c.BaseURL.ResolveReference(&url.URL{Path: "/sandbox/load"})
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPut, address.String(), bytes.NewReader(body))
	require.NoError(c.t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()
	require.Equal(c.t, http.StatusNoContent, response.StatusCode)
}

// settles waits until every autoscaler has as many pods as wanted, and they run.
func (w *world) settles(clients map[string]kubernetes.Interface, where string, wanted func(autoscalingv2.HorizontalPodAutoscaler) int32) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		for _, client := range clients {
			for _, a := range w.autoscalers(client) {
				d, err := client.AppsV1().Deployments(a.Namespace).Get(w.t.Context(), a.Spec.ScaleTargetRef.Name, metav1.GetOptions{})
				require.NoError(w.t, err)
				if want := wanted(a); *d.Spec.Replicas != want || d.Status.ReadyReplicas != want || d.Status.Replicas != want {
					return false
				}
			}
		}
		return true
	}, limit, time.Second, "all autoscalers are %s", where)
}

// poolSizes returns the number of nodes by site and role, as DigitalOcean tells it.
func (c cloud) poolSizes() map[string]int {
	c.t.Helper()
	clusters, _, err := c.Kubernetes.List(c.t.Context(), everything)
	require.NoError(c.t, err)
	sizes := map[string]int{}
	for _, k := range clusters {
		for _, pool := range k.NodePools {
			sizes[pool.Labels["gomeet.com/site"]+" "+pool.Labels["gomeet.com/role"]] = len(pool.Nodes)
		}
	}
	return sizes
}

// nothingWaits requires that every pod has its node.
func (w *world) nothingWaits(clients map[string]kubernetes.Interface) {
	w.t.Helper()
	for site, client := range clients {
		list, err := client.CoreV1().Pods("").List(w.t.Context(), metav1.ListOptions{FieldSelector: "status.phase=Pending"})
		require.NoError(w.t, err)
		var waiting []string
		for _, pod := range list.Items {
			waiting = append(waiting, pod.Name)
		}
		require.Empty(w.t, waiting, site)
	}
}

// unchanged requires that the engine finds nothing to do, also when it looks.
func (w *world) unchanged() {
	w.t.Helper()
	output, err := w.shell("prod", "pulumi preview --refresh --stack prod --expect-no-changes --non-interactive")
	require.NoError(w.t, err, output)
}
