package metrics

import (
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// resourceMetrics is metrics-server's API, https://github.com/kubernetes-sigs/metrics-server.
func resourceMetrics(from source) http.Handler {
	group := metricsv1beta1.SchemeGroupVersion.String()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /apis/"+group, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, resources(group, metav1.APIResource{Name: "pods", Kind: "PodMetrics", Namespaced: true}), nil)
	})
	list := func(w http.ResponseWriter, r *http.Request) {
		found, err := from.samples(r.Context(), r.PathValue("namespace"), r.URL.Query().Get("labelSelector"))
		all := metricsv1beta1.PodMetricsList{
			TypeMeta: metav1.TypeMeta{Kind: "PodMetricsList", APIVersion: group}, Items: []metricsv1beta1.PodMetrics{},
		}
		for _, s := range found {
			if s.load.CPU != "" {
				all.Items = append(all.Items, s.usage())
			}
		}
		answer(w, all, err)
	}
	mux.HandleFunc("GET /apis/"+group+"/pods", list)
	mux.HandleFunc("GET /apis/"+group+"/namespaces/{namespace}/pods", list)
	return mux
}

// usage is what the pod uses: CPU as the load says, all of it in its first container,
// and as much memory as it asks for.
func (s sample) usage() metricsv1beta1.PodMetrics {
	m := metricsv1beta1.PodMetrics{
		ObjectMeta: metav1.ObjectMeta{Name: s.pod.Name, Namespace: s.pod.Namespace, Labels: s.pod.Labels},
		Timestamp:  metav1.Now(), Window: metav1.Duration{Duration: window},
	}
	// Loads are checked before they are taken.
	total := resource.MustParse(s.load.CPU)
	for i, container := range s.pod.Spec.Containers {
		milli := int64(0)
		if i == 0 {
			milli = int64(float64(total.MilliValue()) * s.share)
		}
		m.Containers = append(m.Containers, metricsv1beta1.ContainerMetrics{
			Name: container.Name,
			Usage: corev1.ResourceList{
				corev1.ResourceCPU:    *resource.NewMilliQuantity(milli, resource.DecimalSI),
				corev1.ResourceMemory: container.Resources.Requests[corev1.ResourceMemory],
			},
		})
	}
	return m
}

func resources(group string, list ...metav1.APIResource) metav1.APIResourceList {
	for i := range list {
		list[i].Verbs = metav1.Verbs{"get", "list"}
	}
	return metav1.APIResourceList{
		TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: group, APIResources: list,
	}
}
