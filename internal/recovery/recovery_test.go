package recovery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/recovery"
)

// stack is a stack that keeps what it imports.
type stack struct {
	t       *testing.T
	steps   []engine.Step
	pending int
	files   []string
	held    bool
	unknown bool // whether runs are alive cannot be known
	needs   []recovery.Needs
}

func (s *stack) Hold() (func(), bool, error) {
	require.False(s.t, s.held)
	s.held = true
	return func() { s.held = false }, !s.unknown, nil
}

func (s *stack) Preview(_ context.Context, file string) (*engine.Preview, error) {
	require.True(s.t, s.held, "a run may begin while recovery looks around")
	type entry struct {
		Type, Name, LogicalName, ID, Parent string
	}
	list := map[string]any{"nameTable": map[string]string{"zone": "urn:zone"}}
	var entries []entry
	for _, step := range s.steps {
		if step.Op == apitype.OpCreate {
			entries = append(entries, entry{Type: step.Type, Name: "x" + step.Name, LogicalName: step.Name, ID: "<PLACEHOLDER>", Parent: "zone"})
		}
	}
	list["resources"] = entries
	text, err := json.Marshal(list)
	require.NoError(s.t, err)
	return &engine.Preview{Steps: s.steps}, os.WriteFile(file, text, 0o600)
}

func (s *stack) Import(_ context.Context, file string) error {
	require.False(s.t, s.held, "pulumi import locks for itself")
	text, err := os.ReadFile(file)
	require.NoError(s.t, err)
	var list struct {
		Resources []struct{ Type, LogicalName, ID string } `json:"resources"`
	}
	require.NoError(s.t, json.Unmarshal(text, &list))
	for _, r := range list.Resources {
		for i, step := range s.steps {
			if step.Type == r.Type && step.Name == r.LogicalName {
				id := r.ID
				if _, after, ok := strings.Cut(id, ","); ok {
					id = after
				}
				s.steps[i].Op, s.steps[i].Old = apitype.OpSame, &engine.Resource{ID: id, Custom: true}
			}
		}
		s.files = append(s.files, r.Type+" "+r.LogicalName+" "+r.ID)
	}
	// With the cluster known, so are the inputs of its pools.
	for _, step := range s.steps {
		if step.Type == pool {
			step.New.Inputs["clusterId"] = resource.NewProperty("k1")
		}
	}
	return nil
}

func (s *stack) Finish(_ context.Context, needs []recovery.Needs) (int, error) {
	require.False(s.t, s.held, "pulumi stack import locks for itself")
	s.needs = needs
	return s.pending, nil
}

const (
	cluster = "digitalocean:index/kubernetesCluster:KubernetesCluster"
	pool    = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
	record  = "digitalocean:index/dnsRecord:DnsRecord"
	alert   = "digitalocean:index/monitorAlert:MonitorAlert"
	key     = "digitalocean:index/spacesKey:SpacesKey"
	bucket  = "digitalocean:index/spacesBucket:SpacesBucket"
	lb      = "digitalocean:index/loadBalancer:LoadBalancer"
)

// create is a step for what the state lacks, with inputs as name, value pairs.
func create(kind, name string, pairs ...string) engine.Step {
	inputs := resource.PropertyMap{}
	for i := 0; i < len(pairs); i += 2 {
		inputs[resource.PropertyKey(pairs[i])] = resource.NewProperty(pairs[i+1])
	}
	return engine.Step{
		Op: apitype.OpCreate, Type: kind, Name: name, URN: resource.URN("urn:" + kind + "::" + name),
		New: &engine.Resource{Inputs: inputs},
	}
}

// same is a step for what the state has.
func same(kind, name, id string, pairs ...string) engine.Step {
	step := create(kind, name, pairs...)
	step.Op, step.Old = apitype.OpSame, &engine.Resource{ID: id}
	return step
}

var answers = map[string]string{
	"/v2/kubernetes/clusters": `{"kubernetes_clusters":[{"id":"k1","name":"meet","node_pools":[{"id":"p1","name":"sfu"},{"id":"p0","name":"old"}]}]}`,
	"/v2/load_balancers":      `{"load_balancers":[{"id":"l1","name":"web"},{"id":"l2","name":"other"}]}`,
	"/v2/domains/a.test/records": `{"domain_records":[{"id":7,"type":"A","name":"api","data":"192.0.2.1"},{"id":8,"type":"A","name":"api","data":"192.0.2.1"},
		{"id":9,"type":"A","name":"api","data":"192.0.2.9"}]}`,
	"/v2/monitoring/alerts": `{"policies":[{"uuid":"a1","description":"busy","type":"cpu"},{"uuid":"a2","description":"busy","type":"cpu"}]}`,
	"/v2/spaces/keys":       `{"keys":[{"name":"rec","access_key":"K1"}]}`,
}

// cloud is an account in which deletions are recorded. A HEAD finds the buckets named.
func cloud(t *testing.T, buckets ...string) (*recovery.Cloud, *[]string) {
	deleted, now := &[]string{}, maps.Clone(answers)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch body, known := now[r.URL.Path]; {
		case r.Method == http.MethodDelete:
			*deleted = append(*deleted, r.URL.Path)
			now[path.Dir(r.URL.Path)] = without(t, now[path.Dir(r.URL.Path)], path.Base(r.URL.Path))
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodHead && strings.Contains(strings.Join(buckets, " "), strings.Trim(r.URL.Path, "/")):
			w.WriteHeader(http.StatusForbidden)
		case !known:
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprint(w, body)
		}
	}))
	t.Cleanup(server.Close)
	client, _, err := account.NewClient(server.URL, "token")
	require.NoError(t, err)
	return &recovery.Cloud{Client: client, Spaces: server.URL}, deleted
}

// without removes the entry with an id from a list.
func without(t *testing.T, list, id string) string {
	var object map[string][]map[string]any
	require.NoError(t, json.Unmarshal([]byte(list), &object))
	for name := range object {
		object[name] = slices.DeleteFunc(object[name], func(entry map[string]any) bool {
			return fmt.Sprint(entry["id"]) == id || entry["uuid"] == id || entry["access_key"] == id
		})
	}
	text, err := json.Marshal(object)
	require.NoError(t, err)
	return string(text)
}

func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		steps             []engine.Step
		buckets           []string
		imported, deleted []string
		fails             string
		unknown           bool
	}{
		"nothing was left behind": {steps: []engine.Step{create(lb, "ws", "name", "ws"), same(lb, "web", "l1", "name", "web")}},
		"a load balancer that the state lacks": {
			steps: []engine.Step{create(lb, "web", "name", "web")}, imported: []string{lb + " web l1"},
		},
		"a pool is found once its cluster is known": {
			steps:    []engine.Step{create(cluster, "c", "name", "meet"), create(pool, "sfu", "name", "sfu")},
			imported: []string{cluster + " c k1", pool + " sfu p1"},
		},
		"a record and its copy": {
			steps:    []engine.Step{create(record, "api", "domain", "a.test", "type", "A", "name", "api", "value", "192.0.2.1")},
			imported: []string{record + " api a.test,7"}, deleted: []string{"/v2/domains/a.test/records/8"},
		},
		"a zone that is not there": {
			steps: []engine.Step{create(record, "api", "domain", "b.test", "type", "A", "name", "api", "value", "192.0.2.1")},
		},
		"an alert made twice": {
			steps:   []engine.Step{same(alert, "cpu", "a1", "description", "busy", "type", "cpu")},
			deleted: []string{"/v2/monitoring/alerts/a2"},
		},
		"a key whose secret is lost": {
			steps: []engine.Step{create(key, "rec", "name", "rec")}, deleted: []string{"/v2/spaces/keys/K1"},
		},
		"a bucket": {
			steps:   []engine.Step{create(bucket, "rec", "name", "rec-1f", "region", "sgp1"), create(bucket, "state", "name", "state-1f", "region", "sgp1")},
			buckets: []string{"rec-1f"}, imported: []string{bucket + " rec sgp1,rec-1f"},
		},
		"a second load balancer may carry traffic": {
			steps: []engine.Step{same(lb, "web", "l0", "name", "web")}, fails: "compare them and delete one by hand",
		},
		"a copy, where a run may be alive that has just made it": {
			steps: []engine.Step{same(alert, "cpu", "a1", "description", "busy", "type", "cpu")}, unknown: true, fails: "run this again with --alone",
		},
		"an alert of a check that is gone": {
			steps: []engine.Step{same("digitalocean:index/uptimeAlert:UptimeAlert", "down", "u1", "name", "down", "checkId", "gone")},
		},
		"a name that is not known yet": {steps: []engine.Step{create(lb, "web")}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stack{t: t, steps: c.steps, pending: 2, unknown: c.unknown}
			account, deleted := cloud(t, c.buckets...)
			result, err := recovery.Run(t.Context(), s, account, &bytes.Buffer{})
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.imported, s.files)
			require.ElementsMatch(t, c.deleted, *deleted)
			require.Len(t, result.Imported, len(c.imported))
			require.Len(t, result.Deleted, len(c.deleted))
			require.Equal(t, 2, result.Cleared)
		})
	}
}

// What was imported has no dependencies in the state; the last thing recovery does is to
// note them.
func TestRunNotesNeeds(t *testing.T) {
	s := &stack{t: t, steps: []engine.Step{create(lb, "web", "name", "web")}}
	s.steps[0].URN, s.steps[0].New.Dependencies = "urn:web", []resource.URN{"urn:certificate"}
	s.steps = append(s.steps, engine.Step{Op: apitype.OpSame, URN: "urn:certificate", Old: &engine.Resource{}, New: &engine.Resource{}})
	account, _ := cloud(t)
	_, err := recovery.Run(t.Context(), s, account, &bytes.Buffer{})
	require.NoError(t, err)
	require.Equal(t, []recovery.Needs{{URN: "urn:web", Dependencies: []resource.URN{"urn:certificate"}}}, s.needs)
}

func TestLocks(t *testing.T) {
	backend := t.TempDir()
	folder := filepath.Join(backend, ".pulumi", "locks", "organization", "gomeet", "dev")
	locks, err := recovery.Locks("file://"+backend, "gomeet", "dev")
	require.NoError(t, err)
	require.Empty(t, locks, "a stack that was never locked")

	host, err := os.Hostname()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(folder, 0o700))
	for name, c := range map[string]struct {
		text string
		held bool
	}{
		"a living process":       {fmt.Sprintf(`{"pid":%d,"username":"u","hostname":%q}`, os.Getpid(), host), true},
		"a dead process":         {fmt.Sprintf(`{"pid":%d,"username":"u","hostname":%q}`, 1<<30, host), false},
		"another machine":        {`{"pid":1073741824,"username":"u","hostname":"elsewhere.test"}`, true},
		"cut off while written":  {`{"pid":1`, false},
		"cut off before written": {``, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "lock.json"), []byte(c.text), 0o600))
			locks, err := recovery.Locks("file://"+backend, "gomeet", "dev")
			require.NoError(t, err)
			require.Len(t, locks, 1)
			require.Equal(t, c.held, locks[0].Held())
		})
	}
	require.NoError(t, os.Rename(filepath.Join(folder, "lock.json"), filepath.Join(folder, "lock.json.18ec1347f6ff5fdd.tmp")))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "lock.json.attrs"), nil, 0o600))
	locks, err = recovery.Locks("file://"+backend, "gomeet", "dev")
	require.NoError(t, err)
	require.Len(t, locks, 1, "cut off before it got its name")

	none, err := recovery.Locks("s3://state", "gomeet", "dev")
	require.NoError(t, err)
	require.Empty(t, none, "a bucket's locks are not files")
}
