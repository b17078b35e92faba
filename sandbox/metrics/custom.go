package metrics

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	customv1beta1 "k8s.io/metrics/pkg/apis/custom_metrics/v1beta1"
)

// customMetrics is prometheus-adapter's API, https://github.com/kubernetes-sigs/prometheus-adapter:
// the metrics that its rules name, of pods.
func customMetrics(from source, served map[string]bool) http.Handler {
	group := customv1beta1.SchemeGroupVersion.String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /apis/"+group, func(w http.ResponseWriter, _ *http.Request) {
		var list []metav1.APIResource
		for _, name := range slices.Sorted(maps.Keys(served)) {
			list = append(list, metav1.APIResource{Name: "pods/" + name, Kind: "MetricValueList", Namespaced: true})
		}
		answer(w, resources(group, list...), nil)
	})
	mux.HandleFunc("GET /apis/"+group+"/namespaces/{namespace}/pods/{pod}/{metric}", func(w http.ResponseWriter, r *http.Request) {
		metric := r.PathValue("metric")
		if !served[metric] {
			http.Error(w, fmt.Sprintf("the adapter's configuration has no rule for %q", metric), http.StatusNotFound)
			return
		}
		found, err := from.samples(r.Context(), r.PathValue("namespace"), r.URL.Query().Get("labelSelector"))
		all := customv1beta1.MetricValueList{
			TypeMeta: metav1.TypeMeta{Kind: "MetricValueList", APIVersion: group}, Items: []customv1beta1.MetricValue{},
		}
		for _, s := range found {
			total, known := s.load.Metrics[metric]
			if pod := r.PathValue("pod"); known && (pod == "*" || pod == s.pod.Name) {
				all.Items = append(all.Items, s.value(metric, total))
			}
		}
		answer(w, all, err)
	})
	return mux
}

func (s sample) value(metric string, total float64) customv1beta1.MetricValue {
	return customv1beta1.MetricValue{
		DescribedObject: corev1.ObjectReference{Kind: "Pod", APIVersion: "/v1", Namespace: s.pod.Namespace, Name: s.pod.Name},
		MetricName:      metric,
		Timestamp:       metav1.Now(),
		Value:           *resource.NewMilliQuantity(int64(total*s.share*1000), resource.DecimalSI),
	}
}
