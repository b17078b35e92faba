package drift_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/internal/account"
	"github.com/gomeet/infra/internal/drift"
	"github.com/gomeet/infra/internal/engine"
)

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// step is an engine's step on a pool whose count goes from old to new.
func step(op apitype.OpType, name string, old, now float64, ignored ...string) engine.Step {
	side := func(count float64) *engine.Resource {
		return &engine.Resource{
			ID: "id-" + name, IgnoreChanges: ignored,
			Outputs: resource.PropertyMap{"nodeCount": resource.NewProperty(count), "token": resource.MakeSecret(resource.NewProperty("hush"))},
		}
	}
	s := engine.Step{
		Op: op, Type: "digitalocean:index/kubernetesNodePool:KubernetesNodePool", Name: name, URN: resource.URN("urn::" + name),
		Old: side(old), New: side(now), Diff: map[string]apitype.PropertyDiff{"nodeCount": {}},
	}
	if op == apitype.OpDelete {
		s.New, s.Diff = nil, nil
	}
	return s
}

func analyze(refresh, preview []engine.Step, strays []drift.Finding, rules ...drift.Rule) *drift.Report {
	return drift.Analyze("prod", &engine.Preview{Steps: refresh}, &engine.Preview{Steps: preview}, strays, rules, today)
}

func TestClasses(t *testing.T) {
	secret := step(apitype.OpUpdate, "secret", 1, 1)
	secret.Diff = map[string]apitype.PropertyDiff{"token": {}}
	r := analyze(
		[]engine.Step{
			step(apitype.OpUpdate, "sfu", 8, 7), step(apitype.OpDelete, "api", 1, 0), step(apitype.OpRefresh, "pg", 2, 2),
			step(apitype.OpUpdate, "autoscaled", 8, 20, "nodeCount"), secret,
		},
		[]engine.Step{step(apitype.OpSame, "pg", 2, 2), step(apitype.OpUpdate, "redis", 6, 8)},
		[]drift.Finding{{Class: drift.Unmanaged, Type: "volume", Name: "lost"}},
	)
	var got []string
	for _, f := range r.Findings {
		line := fmt.Sprintf("%s %s %s", f.Class, f.What, f.Name)
		for _, c := range f.Changes {
			line += fmt.Sprintf(" %s: %s -> %s", c.Path, c.Before, c.After)
		}
		got = append(got, line)
	}
	require.Equal(t, []string{
		"world deleted api",
		"world changed secret token: [secret] -> [secret]",
		"world changed sfu nodeCount: 8 -> 7",
		"unmanaged  lost",
		"pending update redis nodeCount: 6 -> 8",
	}, got, "what the autoscaler does is no drift")
	require.Equal(t, drift.ExitDrift, r.ExitCode())
}

// What was applied and is in the world waits for nothing, whatever the state says the
// provider answered.
func TestStateWithAnOldAnswer(t *testing.T) {
	label := func(asked, answered string) *engine.Resource {
		side := func(value string) resource.PropertyMap {
			return resource.PropertyMap{"label": resource.NewProperty(value), "token": resource.MakeSecret(resource.NewProperty("hush"))}
		}
		return &engine.Resource{Inputs: side(asked), Outputs: side(answered)}
	}
	for _, c := range []struct {
		name    string
		asked   string
		world   apitype.OpType
		op      apitype.OpType
		also    string
		pending bool
	}{
		{name: "applied, and the world has it", asked: "ours", world: apitype.OpRefresh},
		{name: "not applied", asked: "theirs", world: apitype.OpRefresh, pending: true},
		{name: "applied, and the world is another", asked: "ours", world: apitype.OpUpdate, pending: true},
		{name: "nobody looked at the world", asked: "ours", pending: true},
		{name: "a secret besides, which may differ", asked: "ours", world: apitype.OpRefresh, also: "token", pending: true},
		{name: "another operation", asked: "ours", world: apitype.OpRefresh, op: apitype.OpReplace, pending: true},
	} {
		step := engine.Step{
			Op: apitype.OpUpdate, Name: "turn", URN: "urn::turn", Old: label(c.asked, "mine"), New: label("ours", ""),
			Diff: map[string]apitype.PropertyDiff{"label": {}},
		}
		if c.op != "" {
			step.Op = c.op
		}
		if c.also != "" {
			step.Diff[c.also] = apitype.PropertyDiff{}
		}
		seen := engine.Step{Op: c.world, Name: "turn", URN: "urn::turn"}
		r := analyze([]engine.Step{seen}, []engine.Step{step}, nil)
		require.Equal(t, c.pending, len(r.Findings) == 1, c.name)
	}
}

func TestExitCodes(t *testing.T) {
	pending := []engine.Step{step(apitype.OpUpdate, "redis", 6, 8)}
	require.Equal(t, drift.ExitClean, analyze(nil, nil, nil).ExitCode())
	require.Equal(t, drift.ExitPending, analyze(nil, pending, nil).ExitCode())
	require.Equal(t, drift.ExitDrift, analyze(nil, pending, []drift.Finding{{Class: drift.Unmanaged}}).ExitCode())
	require.Equal(t, drift.ExitDrift, analyze(pending, nil, nil).ExitCode())

	blind := analyze(nil, nil, nil)
	blind.PendingUnknown = "the program refused"
	require.Equal(t, drift.ExitError, blind.ExitCode(), "never clean")
	blind = analyze(pending, nil, nil)
	blind.PendingUnknown = "the program refused"
	require.Equal(t, drift.ExitDrift, blind.ExitCode(), "and what is known is told")
}

// What was replaced and never deleted still costs money, and no preview shows it.
func TestReplaced(t *testing.T) {
	found := drift.Replaced([]*engine.Resource{
		{URN: "urn:sfu", Type: "t", Name: "sfu", ID: "p1", Custom: true},
		{URN: "urn:sfu", Type: "t", Name: "sfu", ID: "p0", Custom: true, Delete: true},
		{URN: "urn:api", Type: "t", Name: "api", ID: "p2", Custom: true, Delete: true},
		{URN: "urn:component", Delete: true},
	}, "prod")
	require.Equal(t, []drift.Finding{{
		Class: drift.Pending, What: "delete-replaced", Type: "t", Name: "sfu", URN: "urn:sfu", ID: "p0",
		Fix: "pulumi up --stack prod deletes it: its replacement is there",
	}, {
		Class: drift.Pending, What: "replace", Type: "t", Name: "api", URN: "urn:api", ID: "p2",
		Fix: "gomeet recover --stack prod looks for its replacement, then pulumi up --stack prod",
	}}, found)
	require.Equal(t, drift.ExitPending, (&drift.Report{Findings: found}).ExitCode())
}

func TestRules(t *testing.T) {
	changed := []engine.Step{step(apitype.OpUpdate, "sfu", 8, 7)}
	for name, c := range map[string]struct {
		rule           drift.Rule
		shown, expired int
	}{
		"the resource":     {drift.Rule{Resource: "*:KubernetesNodePool sfu", Reason: "r", Expires: "2026-11-23"}, 0, 0},
		"the property":     {drift.Rule{Resource: "* sfu", Path: "nodeC*", Reason: "r", Expires: "2026-12-31"}, 0, 0},
		"another property": {drift.Rule{Resource: "* sfu", Path: "size", Reason: "r", Expires: "2026-12-31"}, 1, 0},
		"another resource": {drift.Rule{Resource: "* api", Reason: "r", Expires: "2026-12-31"}, 1, 0},
		"expired":          {drift.Rule{Resource: "* sfu", Reason: "r", Expires: "2026-11-22"}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := analyze(changed, nil, nil, c.rule)
			require.Len(t, r.Findings, c.shown)
			require.Len(t, r.Ignored, 1-c.shown)
			require.Len(t, r.Expired, c.expired)
		})
	}
}

func TestParseRulesRejects(t *testing.T) {
	for text, want := range map[string]string{
		"ignore:\n- {resource: '* sfu', reason: r, expires: soon}":               `ignore[0].expires: "soon": must be a day such as 2027-03-31`,
		"ignore:\n- {resource: '* sfu', expires: 2027-01-01}":                    `ignore[0].reason: "": must say why`,
		"ignore:\n- {reason: r, expires: 2027-01-01}":                            `ignore[0].resource: "": must be a shell pattern`,
		"ignore:\n- {resource: '[', reason: r, expires: 2027-01-01}":             `ignore[0].resource: "[": must be a shell pattern`,
		"ignore:\n- {resource: a, reason: r, expires: 2027-01-01, until: never}": "field until not found",
		"ignored: []": "field ignored not found",
	} {
		_, err := drift.ParseRules([]byte(text))
		require.ErrorContains(t, err, want)
	}
	for _, empty := range []string{"", "\n", "# the last rule has ended\n", "ignore:\n"} {
		rules, err := drift.ParseRules([]byte(empty))
		require.NoError(t, err, empty)
		require.Empty(t, rules)
	}
	_, err := drift.ReadRules(t.TempDir()+"/none.yaml", true)
	require.ErrorContains(t, err, "reading the ignore file")
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte("ignore:\n- {resource: '* sfu', path: nodeCount, reason: r, expires: 2027-01-01}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := drift.ParseRules(text)
		if err != nil {
			return
		}
		for _, r := range rules {
			require.NotEmpty(t, r.Reason)
		}
	})
}

// account is what exists in the account, by path.
var lists = map[string]string{
	"/v2/projects":               `{"projects":[{"id":"pr1","name":"gomeet-prod"},{"id":"pr0","name":"first-project"}]}`,
	"/v2/projects/pr1/resources": `{"resources":[{"urn":"do:kubernetes:k1"},{"urn":"do:loadbalancer:l1"},{"urn":"do:volume:d"},{"urn":"do:app:ap1"},{"urn":"do:space:known-bucket"}]}`,
	"/v2/projects/pr0/resources": `{"resources":[{"urn":"do:space:gomeet-prod-copy"},{"urn":"do:space:somebodys"},{"urn":"do:dbaas:db9"},{"urn":"do:app:ap2"}]}`,
	"/v2/vpcs/v1/members":        `{"members":[{"urn":"do:droplet:99","name":"a node that came meanwhile"},{"urn":"do:dbaas:db1","name":"by-hand"},{"urn":"do:loadbalancer:l1"}]}`,
	"/v2/vpc_peerings":           `{"vpc_peerings":[{"id":"pe1","name":"to-the-office","vpc_ids":["v9","v1"]},{"id":"pe2","name":"theirs","vpc_ids":["v8","v9"]},{"id":"pe3","name":"ours","vpc_ids":["v1","v2"]}]}`,
	"/v2/snapshots": `{"snapshots":[{"id":"s1","name":"before the upgrade","resource_id":"a","resource_type":"volume","size_gigabytes":10},
		{"id":"s2","name":"theirs","resource_id":"z","resource_type":"volume","size_gigabytes":1},{"id":"s3","name":"of a node","resource_id":"1","resource_type":"droplet","size_gigabytes":2}]}`,
	"/v2/droplets": `{"droplets":[{"id":1,"name":"node","tags":["k8s:k1"]},{"id":2,"name":"hand-made","vpc_uuid":"v1","size":{"price_monthly":24}},
		{"id":3,"name":"other","vpc_uuid":"v9"}]}`,
	"/v2/volumes": `{"volumes":[{"id":"a","name":"pvc-1","tags":["k8s:k1"],"size_gigabytes":10},{"id":"b","name":"gomeet-prod-old","size_gigabytes":100},
		{"id":"c","name":"somebodys","size_gigabytes":5},
		{"id":"d","name":"by-its-project","size_gigabytes":1}]}`,
	"/v2/load_balancers": `{"load_balancers":[{"id":"l1","name":"gomeet-prod-web"},{"id":"l2","name":"a1b2","tags":["k8s:k1"],"size_unit":2}]}`,
	"/v2/firewalls":      `{"firewalls":[{"id":"f1","name":"gomeet-prod-sfu"},{"id":"f2","name":"k8s-k1-worker"},{"id":"f3","name":"open","tags":["gomeet-prod-sfu"]}]}`,
	"/v2/kubernetes/clusters": `{"kubernetes_clusters":[{"id":"k1","name":"gomeet-prod-a","node_pools":[{"id":"p0","tags":["terraform:default-node-pool"]},{"id":"p1"},{"id":"p2","name":"gpu","size":"c-4","count":2}]},
		{"id":"k2","name":"x","tags":["id:1f"],"ha":true,"node_pools":[{"size":"c-2","count":2},{"size":"c-4","count":1}]},{"id":"k3","name":"gomeet-prod-new","node_pools":[{"size":"c-3","count":2}]}]}`,
	"/v2/vpcs":                         `{"vpcs":[{"id":"v1","name":"gomeet-prod-a"},{"id":"v2","name":"else","description":"GoMeet prod, id:1f"}]}`,
	"/v2/reserved_ips":                 `{"reserved_ips":[{"ip":"192.0.2.7","droplet":{"id":2,"vpc_uuid":"v1"}},{"ip":"192.0.2.8"},{"ip":"192.0.2.9","project_id":"pr1"}]}`,
	"/v2/certificates":                 `{"certificates":[{"id":"c1","name":"gomeet-prod-cert"},{"id":"c2","name":"gomeet-prod-spare"}]}`,
	"/v2/uptime/checks":                `{"checks":[{"id":"u1","name":"gomeet-prod-web"}]}`,
	"/v2/monitoring/alerts":            `{"policies":[{"uuid":"m1","description":"gomeet-prod-sfu: CPU"},{"uuid":"m2","description":"theirs"}]}`,
	"/v2/spaces/keys":                  `{"keys":[{"name":"gomeet-prod-by-hand","access_key":"K2"}]}`,
	"/v2/cdn/endpoints":                `{"endpoints":[{"id":"e1","origin":"gomeet-prod-recordings-1f.sgp1.example"}]}`,
	"/v2/domains/meet.example/records": `{"domain_records":[{"id":10,"type":"A","name":"api"},{"id":11,"type":"A","name":"evil"},{"id":12,"type":"NS","name":"@"},{"id":13,"type":"NS","name":"sub"}]}`,
}

func TestStrays(t *testing.T) {
	methods := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods[r.Method]++
		text, ok := lists[r.URL.Path]
		require.True(t, ok, r.URL.Path)
		require.True(t, json.Valid([]byte(text)), r.URL.Path)
		fmt.Fprint(w, text)
	}))
	defer server.Close()
	client, _, err := account.NewClient(server.URL, "token")
	require.NoError(t, err)
	state := []*engine.Resource{
		{ID: "k1", Type: "digitalocean:index/kubernetesCluster:KubernetesCluster"}, {ID: "v1", Type: "digitalocean:index/vpc:Vpc"},
		{ID: "meet.example", Type: "digitalocean:index/domain:Domain"}, {ID: "10"}, {ID: "p1"}, {ID: "l1"}, {ID: "f1"}, {ID: "gomeet-prod-cert"},
		{ID: "u1"}, {ID: "m1"}, {ID: "e1"}, {ID: "pe3"}, {ID: "pr1", Type: "digitalocean:index/project:Project"}, {ID: "known-bucket"},
	}
	found, err := drift.Strays(t.Context(), client, drift.Owner{Prefix: "gomeet-prod-", Tag: "id:1f"}, state)
	require.NoError(t, err)
	var got []string
	for _, f := range found {
		require.Equal(t, drift.Unmanaged, f.Class)
		require.NotEmpty(t, f.Fix)
		cost := "?"
		if f.MonthlyCost != nil {
			cost = f.MonthlyCost.StringFixed(2)
		}
		got = append(got, fmt.Sprintf("%s %s $%s", f.Type, f.ID, cost))
	}
	require.ElementsMatch(t, []string{
		"Droplet 2 $24.00", "volume b $10.00", "load balancer l2 $24.00", "firewall f3 $?", "node pool p2 $168.00", "cluster k2 $208.00", "cluster k3 $?",
		"VPC v2 $?", "reserved IP 192.0.2.7 $?", "reserved IP 192.0.2.9 $?", "certificate c2 $?", "Spaces key K2 $?", "DNS record 11 $?", "DNS record 13 $?",
		"volume d $0.10", "VPC peering pe1 $?", "snapshot s1 $0.60", "snapshot s3 $?", "app ap1 $?", "dbaas db1 $?", "Spaces bucket gomeet-prod-copy $?",
	}, got)
	require.Equal(t, []string{http.MethodGet}, keys(methods), "it only reads")
}

func keys(m map[string]int) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	return all
}
