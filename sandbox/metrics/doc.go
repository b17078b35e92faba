// Package metrics plays what feeds the autoscalers of a cluster: the pods of
// metrics-server and of prometheus-adapter, behind the APIServices that the user's own
// program has deployed. No container runs in the sandbox and nothing is measured: how
// busy an app is is set from outside (Loads), in total, and shared evenly by its pods,
// so that more pods mean less load on each, as behind a load balancer.
//
// Everything in between is real: the Service must exist and have a ready pod, the API
// server checks the pod's certificate against the APIService, the adapter serves only
// the metrics that its mounted configuration names, and the HorizontalPodAutoscalers are
// those of kube-controller-manager.
package metrics
