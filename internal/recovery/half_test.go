package recovery_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/internal/engine"
	"github.com/gomeet/infra/internal/recovery"
)

const certificate = "digitalocean:index/certificate:Certificate"

// What the cloud still makes is waited for, and what it made by halves is deleted.
func TestHalfMade(t *testing.T) {
	const list, one = "GET /v2/kubernetes/clusters", "/v2/kubernetes/clusters/k1"
	const belongs = "GET " + one + "/destroy_with_associated_resources"
	cluster1 := func(status, endpoint string) string {
		return fmt.Sprintf(`{"kubernetes_clusters":[{"id":"k1","name":"meet","endpoint":%q,"status":{"state":%q,"message":"no room"}}]}`, endpoint, status)
	}
	for name, c := range map[string]struct {
		step engine.Step
		// answers are those of each request, the last one for ever.
		answers                 map[string][]string
		imported, log, requests string
		fails                   string
	}{
		"a cluster that is being made": {
			step:     create(cluster, "c", "name", "meet"),
			answers:  map[string][]string{list: {cluster1("provisioning", ""), cluster1("running", "https://k1")}},
			imported: cluster + " c k1", log: "waiting for " + cluster + " c, which is still being made",
		},
		"a cluster that is never made": {
			step: create(cluster, "c", "name", "meet"),
			answers: map[string][]string{
				list: {cluster1("provisioning", ""), cluster1("error", ""), cluster1("error", ""), `{}`}, belongs: {`{}`}, "DELETE " + one: {``},
			},
			requests: "DELETE " + one, log: "deleting a copy that nothing uses: " + cluster + " c (k1)",
		},
		"a broken cluster with volumes": {
			step:    create(cluster, "c", "name", "meet"),
			answers: map[string][]string{list: {cluster1("error", "")}, belongs: {`{"volumes":[{"id":"v1"}]}`}},
			fails:   "it is in the state error (no room), but 1 volumes, snapshots or load balancers belong to it",
		},
		"a broken cluster that has run": {
			step:     create(cluster, "c", "name", "meet"),
			answers:  map[string][]string{list: {cluster1("error", "https://k1")}},
			imported: cluster + " c k1",
		},
		"a load balancer without an address": {
			step: create(lb, "web", "name", "web"),
			answers: map[string][]string{"GET /v2/load_balancers": {
				`{"load_balancers":[{"id":"l1","name":"web","status":"new"}]}`, `{"load_balancers":[{"id":"l1","name":"web","status":"active"}]}`,
			}},
			imported: lb + " web l1", log: "which is still being made",
		},
		"a certificate that is not verified": {
			step: create(certificate, "site", "name", "site"),
			answers: map[string][]string{"GET /v2/certificates": {
				`{"certificates":[{"id":"c1","name":"site","state":"pending"}]}`, `{"certificates":[{"id":"c1","name":"site","state":"verified"}]}`,
			}},
			imported: certificate + " site site", log: "which is still being made",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // each waits for a second
			var changes []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				key := r.Method + " " + r.URL.Path
				if r.Method != http.MethodGet {
					changes = append(changes, key)
				}
				answers := c.answers[key]
				if len(answers) == 0 {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				if len(answers) > 1 {
					c.answers[key] = slices.Clone(answers[1:])
				}
				fmt.Fprint(w, answers[0])
			}))
			t.Cleanup(server.Close)
			client, _, err := account.NewClient(server.URL, "token")
			require.NoError(t, err)
			s := &stack{t: t, steps: []engine.Step{c.step}}
			var log bytes.Buffer
			_, err = recovery.Run(t.Context(), s, &recovery.Cloud{Client: client}, &log)
			if c.fails != "" {
				require.ErrorContains(t, err, c.fails)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, c.imported, strings.Join(s.files, "\n"))
			require.Equal(t, c.requests, strings.Join(changes, "\n"))
			require.Contains(t, log.String(), c.log)
		})
	}
}
