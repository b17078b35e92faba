// Package tunneltest stands in for a cluster: Kubernetes' API as far as a tunnel needs it,
// with the protocol's own server side, and for the pods whatever listens on this machine.
package tunneltest

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"
)

// Cluster is what there is: each app, as "namespace/name", has one pod.
type Cluster struct {
	// Ports maps an app's port, as "namespace/name:port", to an address of this machine.
	Ports map[string]string
	// Secrets maps "namespace/name" to contents.
	Secrets map[string]map[string][]byte
	// Unready are apps whose pods are not ready.
	Unready map[string]bool
}

// token is what the kubeconfig carries.
const token = "of-a-test-only"

// Start serves the cluster and returns its kubeconfig.
func (c *Cluster) Start(t *testing.T) []byte {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces/{namespace}/pods", c.pods)
	mux.HandleFunc("GET /api/v1/namespaces/{namespace}/secrets/{name}", c.secret)
	mux.HandleFunc("POST /api/v1/namespaces/{namespace}/pods/{pod}/portforward", c.forward)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			status(w, http.StatusUnauthorized, "Unauthorized")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	config := clientcmdapi.NewConfig()
	config.Clusters["c"] = &clientcmdapi.Cluster{Server: server.URL, CertificateAuthorityData: pem.EncodeToMemory(
		&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})}
	config.AuthInfos["u"] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts["x"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "u"}
	config.CurrentContext = "x"
	text, err := clientcmd.Write(*config)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func (c *Cluster) pods(w http.ResponseWriter, r *http.Request) {
	_, app, _ := strings.Cut(r.URL.Query().Get("labelSelector"), "app.kubernetes.io/name=")
	full := r.PathValue("namespace") + "/" + app
	list := corev1.PodList{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}}
	for name := range c.Ports {
		if !strings.HasPrefix(name, full+":") {
			continue
		}
		ready := corev1.ConditionTrue
		if c.Unready[full] {
			ready = corev1.ConditionFalse
		}
		list.Items = append(list.Items, corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: app + "-0", Namespace: r.PathValue("namespace")},
			Status:     corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}},
		})
		break
	}
	answer(w, list)
}

func (c *Cluster) secret(w http.ResponseWriter, r *http.Request) {
	data, ok := c.Secrets[r.PathValue("namespace")+"/"+r.PathValue("name")]
	if !ok {
		status(w, http.StatusNotFound, fmt.Sprintf("secrets %q not found", r.PathValue("name")))
		return
	}
	answer(w, corev1.Secret{TypeMeta: metav1.TypeMeta{Kind: "Secret", APIVersion: "v1"}, Data: data})
}

// forward is what a kubelet does: each pair of streams is a connection to a port.
func (c *Cluster) forward(w http.ResponseWriter, r *http.Request) {
	if _, err := httpstream.Handshake(r, w, []string{"portforward.k8s.io"}); err != nil {
		return
	}
	app := r.PathValue("namespace") + "/" + strings.TrimSuffix(r.PathValue("pod"), "-0")
	var mutex sync.Mutex
	failures := map[string]httpstream.Stream{}
	connection := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(stream httpstream.Stream, _ <-chan struct{}) error {
		mutex.Lock()
		defer mutex.Unlock()
		request := stream.Headers().Get(corev1.PortForwardRequestIDHeader)
		if stream.Headers().Get(corev1.StreamType) == corev1.StreamTypeError {
			failures[request] = stream
			return nil
		}
		go pipe(c.Ports[app+":"+stream.Headers().Get(corev1.PortHeader)], stream, failures[request])
		return nil
	})
	if connection != nil {
		<-connection.CloseChan()
	}
}

func pipe(address string, stream, failures httpstream.Stream) {
	defer stream.Close()
	defer failures.Close()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		fmt.Fprintf(failures, "forwarding: %v", err)
		return
	}
	defer conn.Close()
	done := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(conn, stream); done <- struct{}{} }()
	go func() { _, _ = io.Copy(stream, conn); done <- struct{}{} }()
	<-done
}

func answer(w http.ResponseWriter, object any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(object)
}

func status(w http.ResponseWriter, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure, Message: message, Code: int32(code),
	})
}
