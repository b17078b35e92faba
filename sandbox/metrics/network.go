package metrics

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/gomeet/infra/sandbox/kube"
)

// Network returns what the API servers reach: the daemons of this package, where a ready
// pod of theirs is behind the Service that is called.
func Network(loads *Loads) kube.Network {
	return func(ctx context.Context, cluster kube.Access, address string) (net.Conn, error) {
		pod, err := behind(ctx, cluster, address)
		if err != nil {
			return nil, err
		}
		handler, err := daemon(ctx, cluster, pod, loads)
		if err != nil {
			return nil, err
		}
		config, err := serving(ctx, cluster, pod)
		if err != nil {
			return nil, err
		}
		outside, inside := net.Pipe()
		go serve(tls.Server(inside, config), handler, cluster.Log)
		return outside, nil
	}
}

// behind returns a ready pod of the Service that has the address.
func behind(ctx context.Context, cluster kube.Access, address string) (*corev1.Pod, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	services, err := cluster.Client.CoreV1().Services(metav1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, s := range services.Items {
		if s.Spec.ClusterIP != host || !hasPort(s, port) || len(s.Spec.Selector) == 0 {
			continue
		}
		pods, err := cluster.Client.CoreV1().Pods(s.Namespace).List(ctx, metav1.ListOptions{
			LabelSelector: labels.SelectorFromSet(s.Spec.Selector).String(),
			FieldSelector: fields.OneTermEqualSelector("status.phase", string(corev1.PodRunning)).String(),
		})
		if err != nil {
			return nil, err
		}
		for i := range pods.Items {
			if ready(&pods.Items[i]) {
				return &pods.Items[i], nil
			}
		}
		return nil, fmt.Errorf("service %s/%s has no ready pod", s.Namespace, s.Name)
	}
	return nil, fmt.Errorf("no service has the address %s", address)
}

func hasPort(s corev1.Service, port string) bool {
	for _, p := range s.Spec.Ports {
		if strconv.Itoa(int(p.Port)) == port {
			return true
		}
	}
	return false
}

func ready(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
		}
	}
	return false
}

// daemon returns what the pod's image would serve.
func daemon(ctx context.Context, cluster kube.Access, pod *corev1.Pod, loads *Loads) (http.Handler, error) {
	from := source{cluster: cluster, loads: loads}
	for _, container := range pod.Spec.Containers {
		switch name := imageName(container.Image); name {
		case "metrics-server":
			return resourceMetrics(from), nil
		case "prometheus-adapter":
			served, err := rules(ctx, cluster, pod, container)
			if err != nil {
				return nil, err
			}
			return customMetrics(from, served), nil
		}
	}
	return nil, fmt.Errorf("pod %s/%s runs nothing that the sandbox can answer for", pod.Namespace, pod.Name)
}

// imageName returns "metrics-server" of "registry.k8s.io/metrics-server/metrics-server:v0.8.1".
func imageName(image string) string {
	image, _, _ = strings.Cut(image, "@")
	name := image[strings.LastIndex(image, "/")+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}

// headerTimeout bounds how long a caller may take to say what it wants.
const headerTimeout = 10 * time.Second

// serve answers the requests of one connection.
func serve(conn net.Conn, handler http.Handler, log *slog.Logger) {
	listener := &once{conn: conn, closed: make(chan struct{})}
	// A caller that does not like the certificate says so in the APIService's status.
	quiet := slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	server := &http.Server{Handler: handler, ErrorLog: quiet, ReadHeaderTimeout: headerTimeout, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			_ = listener.Close()
		}
	}}
	_ = server.Serve(listener) // ends with the connection
}
