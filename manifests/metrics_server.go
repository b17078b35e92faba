package manifests

import (
	"strconv"
	"time"
)

// The daemons behind Kubernetes' metrics APIs, which autoscalers ask. DOKS has neither of
// them (docs.digitalocean.com/products/kubernetes/how-to/set-up-autoscaling).
const (
	// MetricsServerService serves metrics.k8s.io, AdapterService custom.metrics.k8s.io.
	MetricsServerService, AdapterService = "metrics-server", "prometheus-adapter"
	// MetricsServerPort and AdapterPort are where they listen: the ports of their own
	// manifests.
	MetricsServerPort, AdapterPort = 10250, 6443
	// KubeletPort is where metrics-server asks the nodes
	// (kubernetes.io/docs/reference/networking/ports-and-protocols).
	KubeletPort = 10250
)

// metricResolution is how often metrics-server asks (its README: 15 s, and not less).
const metricResolution = 15 * time.Second

// MetricsNames returns the names that the certificate of both daemons must hold: those by
// which the API server calls an APIService.
func MetricsNames() []string {
	names := make([]string, 0, 2)
	for _, service := range []string{MetricsServerService, AdapterService} {
		names = append(names, service+"."+AutoscalingNamespace+".svc")
	}
	return names
}

// MetricsServerArgs returns metrics-server's arguments, but for its certificate. DOKS'
// kubelets have certificates of the cluster's authority for their nodes' addresses since
// 1.15 (github.com/digitalocean/marketplace-kubernetes/pull/23, which took
// --kubelet-insecure-tls away from DigitalOcean's own metrics-server), so they are checked.
func MetricsServerArgs() []string {
	return []string{
		"--secure-port=" + strconv.Itoa(MetricsServerPort),
		"--kubelet-preferred-address-types=InternalIP",
		"--kubelet-use-node-status-port",
		"--metric-resolution=" + metricResolution.String(),
	}
}
