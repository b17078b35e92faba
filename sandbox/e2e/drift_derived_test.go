package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// leaf is a value that the program sets in an object of a cluster: its path as the engine
// writes it, and as a JSON pointer.
type leaf struct {
	path, pointer string
	value         any
}

var (
	index  = regexp.MustCompile(`\[\d+\]`)
	simple = regexp.MustCompile(`^[^.\[\]"]+$`) // the rest the engine writes in brackets
	escape = strings.NewReplacer("~", "~0", "/", "~1")
)

// secretSign marks a value that the state has encrypted.
const secretSign = "4dabf18193072939515e22adb298388d"

// leaves lists the values below one, without those that are secret.
func leaves(value any, path, pointer string) []leaf {
	var all []leaf
	switch v := value.(type) {
	case map[string]any:
		if v[secretSign] != nil {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			below := path + "." + name
			if !simple.MatchString(name) {
				below = fmt.Sprintf("%s[%q]", path, name)
			}
			all = append(all, leaves(v[name], strings.TrimPrefix(below, "."), pointer+"/"+escape.Replace(name))...)
		}
	case []any:
		for i, element := range v {
			all = append(all, leaves(element, fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%s/%d", pointer, i))...)
		}
	case nil:
	default:
		all = append(all, leaf{path, pointer, value})
	}
	return all
}

// address is where the API server has an object.
func (d deployed) address() string {
	metadata, _ := d.Outputs["metadata"].(map[string]any)
	version := schema.FromAPIVersionAndKind(d.Inputs["apiVersion"].(string), d.kind())
	plural, _ := meta.UnsafeGuessKindToResource(version)
	path := "/apis/" + version.GroupVersion().String()
	if version.Group == "" {
		path = "/api/" + version.Version
	}
	if namespace, ok := metadata["namespace"].(string); ok {
		path += "/namespaces/" + namespace
	}
	return path + "/" + plural.Resource + "/" + metadata["name"].(string)
}

// others are values that are tried in place of one.
func others(value any) []any {
	switch v := value.(type) {
	case bool:
		return []any{!v}
	case float64:
		return []any{v + 1, v - 1}
	case string:
		return []any{
			v + "x", "1" + v, "mine", "*", "10.0.0.0/8", "UDP", "Never", "Always", "OnDelete", "Recreate", "Ignore", "Delete", "Local",
			"ClientIP", "privileged", "ScheduleAnyway", "File", "FallbackToLogsOnError", "Forbid", "Replace", "Parallel", "In", "Exists", "Equal", "PreferNoSchedule",
			"Unconfined", "AlwaysAllow", "NodePort", "Group", "Egress", "metadata.namespace", "HTTP", "Etc/UTC", "Default", "None", "ReadWriteOncePod", "HostToContainer",
			"TCP", "DoNotSchedule", "Retain", "IfHealthyBudget", "Cluster", "5 5 * * *", "Asia/Tokyo",
		}
	}
	return nil
}

// tamperCluster changes every value that the program sets in the objects of a cluster, one
// of each kind of object and path, as far as the API server lets anybody: what it refuses
// to change nobody can. It returns what has to be found.
func (w *world) tamperCluster(stack string, h *hands) []string {
	w.t.Helper()
	seen, changed, refused := map[string]bool{}, []string{}, []string{}
	perKind := map[string]int{}
	for _, d := range w.deployed(stack, "kubernetes:") {
		for _, l := range leaves(d.Inputs, "", "") {
			path := d.kind() + " " + index.ReplaceAllString(l.path, "[]")
			if seen[path] || l.path == "apiVersion" || l.path == "kind" || l.path == "metadata.name" || l.path == "metadata.namespace" ||
				strings.Contains(l.path, "pulumi.com/") { // what these say is for the provider
				continue
			}
			seen[path] = true
			if w.tamperLeaf(h, d, l) {
				changed = append(changed, d.kind()+" "+d.name()+" "+l.path)
				perKind[d.kind()]++
			} else {
				refused = append(refused, path)
				perKind[d.kind()] += 0
			}
		}
	}
	w.t.Logf("%d values changed, by kind %v; the API server refuses to change %d: %q", len(changed), perKind, len(refused), refused)
	for kind, n := range perKind {
		require.NotZero(w.t, n, "nothing of any %s can be changed", kind)
	}
	return changed
}

// tamperLeaf changes one value and reports whether the API server allows it.
func (w *world) tamperLeaf(h *hands, d deployed, l leaf) bool {
	api := h.kube.CoreV1().RESTClient()
	was, err := api.Get().AbsPath(d.address()).Do(h.ctx).Raw()
	require.NoError(w.t, err, d.address())
	for _, other := range others(l.value) {
		if other == l.value {
			continue
		}
		body, err := json.Marshal([]map[string]any{{"op": "replace", "path": l.pointer, "value": other}})
		require.NoError(w.t, err)
		answer, err := api.Patch(types.JSONPatchType).AbsPath(d.address()).Body(body).Do(h.ctx).Raw()
		if err == nil {
			// The server takes no notice of some values, writes others in its own way and
			// leaves out those that are the default.
			if valueAt(w, answer, l) != valueAt(w, was, l) {
				return true
			}
			continue
		}
		if text := err.Error(); strings.Contains(text, "immutable") || strings.Contains(text, "updates to statefulset spec") {
			return false // whatever the value
		}
	}
	return false
}

// valueAt returns the value that an object has in the place of a leaf, or nil.
func valueAt(w *world, object []byte, l leaf) any {
	var all any
	require.NoError(w.t, json.Unmarshal(object, &all))
	for _, now := range leaves(all, "", "") {
		if now.pointer == l.pointer {
			return now.value
		}
	}
	return nil
}
