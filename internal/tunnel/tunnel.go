// Package tunnel reaches what a cluster keeps inside: as "kubectl port-forward" does,
// through Kubernetes' API and a node's kubelet into the pod's own network. No
// NetworkPolicy stands in that way, and none has to be opened for it; the API server's
// service proxy would come from outside of the pod's node and be denied.
package tunnel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
)

// requestTime bounds one request to Kubernetes' API, openTime the opening of a tunnel,
// which goes through a kubelet.
const requestTime, openTime = 15 * time.Second, 20 * time.Second

// appLabel is what the program gives every pod (kubernetes.io, recommended labels).
const appLabel = "app.kubernetes.io/name"

// Cluster is a cluster that tunnels lead into.
type Cluster struct {
	config *rest.Config
	core   *rest.RESTClient

	mutex sync.Mutex
	stops []chan struct{}
	work  sync.WaitGroup
}

// Broken connections are reported by what went through them; the library would print them
// as well.
func init() { utilruntime.ErrorHandlers = nil }

// New reads a kubeconfig. It connects to nothing. The error does not show the text.
func New(kubeconfig []byte) (*Cluster, error) {
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		return nil, errors.New("the kubeconfig of the stack's outputs cannot be read")
	}
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		return nil, fmt.Errorf("preparing the client of Kubernetes: %w", err)
	}
	config.APIPath, config.GroupVersion = "/api", &corev1.SchemeGroupVersion
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	core, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("preparing the client of Kubernetes: %w", err)
	}
	return &Cluster{config: config, core: core}, nil
}

// Secret returns the contents of a Secret by its keys.
func (c *Cluster) Secret(ctx context.Context, namespace, name string) (map[string][]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	var secret corev1.Secret
	if err := c.core.Get().Namespace(namespace).Resource("secrets").Name(name).Do(ctx).Into(&secret); err != nil {
		return nil, fmt.Errorf("reading Secret %s/%s: %w", namespace, name, err)
	}
	return secret.Data, nil
}

// Forward opens a port of this machine's loopback address that leads to a port of a ready
// pod of an app, until Close. Anybody on this machine can use it, as with kubectl.
func (c *Cluster) Forward(ctx context.Context, namespace, app string, port int) (address string, err error) {
	pod, err := c.ready(ctx, namespace, app)
	if err != nil {
		return "", err
	}
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	if err != nil {
		return "", fmt.Errorf("preparing a tunnel to %s/%s: %w", namespace, app, err)
	}
	url := c.core.Post().Namespace(namespace).Resource("pods").Name(pod).SubResource("portforward").URL()
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder, err := portforward.NewOnAddressesForStreaming(spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, url),
		[]string{"127.0.0.1"}, []string{":" + strconv.Itoa(port)}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		return "", fmt.Errorf("preparing a tunnel to %s/%s: %w", namespace, app, err)
	}
	c.mutex.Lock()
	c.stops = append(c.stops, stop)
	c.mutex.Unlock()
	ended := make(chan error, 1)
	c.work.Go(func() { ended <- forwarder.ForwardPorts() })
	select {
	case <-ready:
	case err := <-ended:
		return "", fmt.Errorf("opening a tunnel to port %d of pod %s/%s: %w", port, namespace, pod, err)
	case <-time.After(openTime):
		return "", fmt.Errorf("opening a tunnel to port %d of pod %s/%s: it took more than %s", port, namespace, pod, openTime)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	ports, err := forwarder.GetPorts()
	if err != nil {
		return "", fmt.Errorf("opening a tunnel to port %d of pod %s/%s: %w", port, namespace, pod, err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(ports[0].Local))), nil
}

// notReadyError says that an app has no pod to forward to.
type notReadyError struct {
	app  string
	pods int
}

func (e *notReadyError) Error() string {
	return fmt.Sprintf("no pod of %s is ready (%d exist)", e.app, e.pods)
}

// NotReady tells it from errors of the way into the cluster.
func (e *notReadyError) NotReady() bool { return true }

// ready is the name of a pod of an app that is ready.
func (c *Cluster) ready(ctx context.Context, namespace, app string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	var pods corev1.PodList
	if err := c.core.Get().Namespace(namespace).Resource("pods").Param("labelSelector", appLabel+"="+app).Do(ctx).Into(&pods); err != nil {
		return "", fmt.Errorf("listing pods of %s/%s: %w", namespace, app, err)
	}
	for _, pod := range pods.Items {
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil {
				return pod.Name, nil
			}
		}
	}
	return "", &notReadyError{namespace + "/" + app, len(pods.Items)}
}

// Close ends all tunnels and waits for them.
func (c *Cluster) Close() {
	c.mutex.Lock()
	for _, stop := range c.stops {
		close(stop)
	}
	c.stops = nil
	c.mutex.Unlock()
	c.work.Wait()
}
