package metrics

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// Load is how busy the pods of an app are, all of them together.
type Load struct {
	// Cluster is the name of the cluster; empty is every cluster, each with this load.
	Cluster string `json:"cluster,omitempty"`
	// Namespace and App say which pods: the label app.kubernetes.io/name.
	Namespace string `json:"namespace"`
	App       string `json:"app"`
	// CPU is what they use, in cores; empty is not known, as of a pod that has just
	// started.
	CPU string `json:"cpu,omitempty"`
	// Metrics maps metrics that the pods serve, such as websocket_connections, to their
	// sums.
	Metrics map[string]float64 `json:"metrics,omitempty"`
}

func (l Load) check() error {
	if l.Namespace == "" || l.App == "" {
		return fmt.Errorf("load of namespace %q, app %q: want both", l.Namespace, l.App)
	}
	if problems := validation.IsValidLabelValue(l.App); len(problems) > 0 {
		return fmt.Errorf("app %q: %s", l.App, problems[0])
	}
	if l.CPU != "" {
		if q, err := resource.ParseQuantity(l.CPU); err != nil || q.Sign() < 0 {
			return fmt.Errorf(`cpu %q of app %q: want cores, such as "1500m" or "12"`, l.CPU, l.App)
		}
	}
	for name, value := range l.Metrics {
		if value < 0 {
			return fmt.Errorf("metric %q of app %q is %g, want at least 0", name, l.App, value)
		}
	}
	return nil
}

// Loads are the loads in force. The zero value has none: then nothing is known of any
// pod, and autoscalers keep what they have.
type Loads struct {
	mu  sync.RWMutex
	all map[key]Load
}

type key struct{ cluster, namespace, app string }

// Set adds loads to those in force; one of the same pods is replaced.
func (l *Loads) Set(loads []Load) error {
	for _, load := range loads {
		if err := load.check(); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next := maps.Clone(l.all)
	if next == nil {
		next = map[key]Load{}
	}
	for _, load := range loads {
		next[key{load.Cluster, load.Namespace, load.App}] = load
	}
	l.all = next
	return nil
}

// of returns the load of an app in a cluster.
func (l *Loads) of(cluster, namespace, app string) (Load, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if load, found := l.all[key{cluster, namespace, app}]; found {
		return load, true
	}
	load, found := l.all[key{"", namespace, app}]
	return load, found
}

// maxBody is the largest request body in bytes; a load is some hundred.
const maxBody = 1 << 20

// ServeHTTP is the path /sandbox/load: PUT a list of loads to add them, DELETE to forget
// all of them.
func (l *Loads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPut:
		var loads []Load
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&loads); err != nil {
			http.Error(w, "want a JSON list of loads: "+err.Error(), http.StatusBadRequest)
			return
		}
		if err := l.Set(loads); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
	case http.MethodDelete:
		l.mu.Lock()
		l.all = nil
		l.mu.Unlock()
	default:
		w.Header().Set("Allow", "PUT, DELETE")
		http.Error(w, "want PUT or DELETE", http.StatusMethodNotAllowed)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
