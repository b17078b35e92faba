package metrics

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/gomeet/infra/sandbox/kube"
)

// appLabel is the label by which a load names its pods.
const appLabel = "app.kubernetes.io/name"

// window is the time over which a sample was taken. A pod that is younger than that does
// not count for an autoscaler.
const window = 10 * time.Second

// source knows the loads of one cluster's pods.
type source struct {
	cluster kube.Access
	loads   *Loads
}

// sample is one pod and its share of its app's load.
type sample struct {
	pod   corev1.Pod
	load  Load
	share float64
}

// samples returns the ready pods of a namespace, empty for all of them, that carry the
// labels and whose load is known.
func (s source) samples(ctx context.Context, namespace, selector string) ([]sample, error) {
	chosen, err := labels.Parse(selector)
	if err != nil {
		return nil, err
	}
	pods, err := s.cluster.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	type app struct{ namespace, name string }
	of := func(p corev1.Pod) app { return app{p.Namespace, p.Labels[appLabel]} }
	count := map[app]int{}
	for i := range pods.Items {
		if ready(&pods.Items[i]) {
			count[of(pods.Items[i])]++
		}
	}
	var list []sample
	for _, pod := range pods.Items {
		a := of(pod)
		load, known := s.loads.of(s.cluster.Spec.Name, a.namespace, a.name)
		if known && ready(&pod) && chosen.Matches(labels.Set(pod.Labels)) {
			list = append(list, sample{pod: pod, load: load, share: 1 / float64(count[a])})
		}
	}
	return list, nil
}

// answer sends a Kubernetes object.
func answer(w http.ResponseWriter, object any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		object = metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure,
			Message: err.Error(), Code: http.StatusInternalServerError}
	}
	// The client is gone if this fails.
	_ = json.NewEncoder(w).Encode(object)
}
