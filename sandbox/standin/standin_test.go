package standin

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	presource "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"

	"github.com/gomeet/infra/sandbox/api"
	"github.com/gomeet/infra/sandbox/kube"
	"github.com/gomeet/infra/sandbox/kube/kubetest"
	"github.com/gomeet/infra/sandbox/spaces"
	"github.com/gomeet/infra/sandbox/store"
)

const (
	vpcToken     = "digitalocean:index/vpc:Vpc"
	clusterToken = "digitalocean:index/kubernetesCluster:KubernetesCluster"
	poolToken    = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
)

// engine talks to the stand-in as Pulumi's engine does, with a sandbox behind it.
type engine struct {
	t *testing.T
	p.Provider
	planes *kubetest.Fake
	server *server
}

// behind is a way to change the sandbox behind the engine's back.
func (e engine) behind() *clients { return e.server.client.Load() }

func startBuckets(t *testing.T) string {
	t.Helper()
	handler, closer, err := spaces.New(spaces.Config{Dir: t.TempDir(), Keys: spaces.FullAccess("key", "secret")})
	require.NoError(t, err)
	web := httptest.NewServer(handler)
	t.Cleanup(func() {
		web.Close()
		require.NoError(t, closer.Close())
	})
	return web.URL
}

func start(t *testing.T) engine {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "cloud.db"))
	require.NoError(t, err)
	planes := &kubetest.Fake{}
	cloud, err := api.New(api.Config{Registry: "images", Store: st, Planes: planes, Poll: 10 * time.Millisecond})
	require.NoError(t, err)
	require.NoError(t, cloud.Start())
	web := httptest.NewServer(cloud)
	t.Cleanup(func() {
		web.Close()
		require.NoError(t, cloud.Close())
		require.NoError(t, st.Close())
	})
	s := &server{cfg: Config{
		Endpoint: web.URL, Token: "token", SpacesEndpoint: startBuckets(t), SpacesKey: "key", SpacesSecret: "secret",
	}}
	e := engine{t: t, Provider: s.provider(), planes: planes, server: s}
	require.NoError(t, e.Configure(context.Background(), p.ConfigureRequest{}))
	return e
}

func urn(token string) presource.URN {
	return presource.URN("urn:pulumi:dev::gomeet::" + token + "::x")
}

func object(pairs ...any) property.Map {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return valueOf(m).AsMap()
}

// create makes a resource and requires that reading it back changes nothing.
func (e engine) create(token string, inputs property.Map) (string, property.Map) {
	e.t.Helper()
	checked, err := e.Check(context.Background(), p.CheckRequest{Urn: urn(token), Inputs: inputs})
	require.NoError(e.t, err)
	require.Empty(e.t, checked.Failures)
	made, err := e.Create(context.Background(), p.CreateRequest{Urn: urn(token), Properties: checked.Inputs})
	require.NoError(e.t, err)
	require.Nil(e.t, made.PartialState)
	read, err := e.Read(context.Background(), p.ReadRequest{ID: made.ID, Urn: urn(token), Properties: made.Properties, Inputs: inputs})
	require.NoError(e.t, err)
	require.Equal(e.t, plainMap(made.Properties), plainMap(read.Properties), "a refresh changes the state")
	require.Equal(e.t, plainMap(inputs), plainMap(read.Inputs), "a refresh changes the inputs")
	require.Empty(e.t, e.changes(token, made.ID, made.Properties, inputs))
	return made.ID, made.Properties
}

func (e engine) changes(token, id string, state, inputs property.Map) map[string]p.DiffKind {
	e.t.Helper()
	d, err := e.Diff(context.Background(), p.DiffRequest{ID: id, Urn: urn(token), State: state, Inputs: inputs})
	require.NoError(e.t, err)
	require.Equal(e.t, len(d.DetailedDiff) > 0, d.HasChanges)
	kinds := map[string]p.DiffKind{}
	for name, change := range d.DetailedDiff {
		kinds[name] = change.Kind
	}
	return kinds
}

func vpcInputs() property.Map {
	return object("name", "net", "region", "sgp1", "ipRange", "10.64.0.0/20", "description", "d")
}

func clusterInputs(vpcID string) property.Map {
	return object("name", "c", "region", "sgp1", "version", "1.35.4-do.0", "vpcUuid", vpcID,
		"clusterSubnet", "10.65.0.0/18", "serviceSubnet", "10.65.64.0/20",
		"tags", []any{"stack:dev", "gomeet"},
		"nodePool", map[string]any{
			"name": "default", "size": "s-2vcpu-4gb", "nodeCount": 1.0, "tags": []any{"gomeet"},
			"labels": map[string]any{"role": "default"},
		})
}

func poolInputs(clusterID string) property.Map {
	return object("name", "sfu", "clusterId", clusterID, "size", "c-2", "nodeCount", 2.0,
		"tags", []any{"gomeet"}, "labels", map[string]any{"role": "sfu"},
		"taints", []any{map[string]any{"key": "role", "value": "sfu", "effect": "NoSchedule"}})
}

func TestLife(t *testing.T) {
	e := start(t)
	vpcID, vpcState := e.create(vpcToken, vpcInputs())
	clusterID, clusterState := e.create(clusterToken, clusterInputs(vpcID))
	require.Equal(t, "running", clusterState.Get("status").AsString())
	require.True(t, clusterState.Get("kubeConfigs").Secret(), "kubeconfigs are secret")
	require.Contains(t, clusterState.Get("kubeConfigs").AsArray().Get(0).AsMap().Get("rawConfig").AsString(), "server:")
	poolID, poolState := e.create(poolToken, poolInputs(clusterID))
	require.Equal(t, 2.0, poolState.Get("actualNodeCount").AsNumber())

	// Counts, labels and taints change in place.
	grown := poolInputs(clusterID).Set("nodeCount", property.New(3.0)).Set("labels", property.New(object("role", "sfu", "x", "y")))
	require.Equal(t, map[string]p.DiffKind{"nodeCount": p.Update, "labels": p.Update}, e.changes(poolToken, poolID, poolState, grown))
	updated, err := e.Update(context.Background(), p.UpdateRequest{ID: poolID, Urn: urn(poolToken), State: poolState, Inputs: grown})
	require.NoError(t, err)
	require.Equal(t, 3.0, updated.Properties.Get("actualNodeCount").AsNumber())
	require.Empty(t, e.changes(poolToken, poolID, updated.Properties, grown))

	// So do the cluster's own settings and its default pool's count.
	changed := clusterInputs(vpcID).Set("ha", property.New(true)).Set("registryIntegration", property.New(true))
	changed = changed.Set("nodePool", property.New(changed.Get("nodePool").AsMap().Set("nodeCount", property.New(2.0))))
	require.Equal(t, map[string]p.DiffKind{"ha": p.Update, "registryIntegration": p.Update, "nodePool.nodeCount": p.Update},
		e.changes(clusterToken, clusterID, clusterState, changed))
	updated, err = e.Update(context.Background(), p.UpdateRequest{ID: clusterID, Urn: urn(clusterToken), State: clusterState, Inputs: changed})
	require.NoError(t, err)
	require.True(t, updated.Properties.Get("ha").AsBool())
	require.True(t, updated.Properties.Get("registryIntegration").AsBool())
	require.Empty(t, e.changes(clusterToken, clusterID, updated.Properties, changed))

	renamed := vpcInputs().Set("name", property.New("other"))
	updated, err = e.Update(context.Background(), p.UpdateRequest{ID: vpcID, Urn: urn(vpcToken), State: vpcState, Inputs: renamed})
	require.NoError(t, err)
	require.Equal(t, "other", updated.Properties.Get("name").AsString())

	for _, gone := range []struct {
		token, id string
		state     property.Map
	}{{poolToken, poolID, poolState}, {clusterToken, clusterID, clusterState}, {vpcToken, vpcID, vpcState}} {
		request := p.DeleteRequest{ID: gone.id, Urn: urn(gone.token), Properties: gone.state}
		require.NoError(t, e.Delete(context.Background(), request))
		require.NoError(t, e.Delete(context.Background(), request), "deleting twice is deleting once")
		read, err := e.Read(context.Background(), p.ReadRequest{ID: gone.id, Urn: urn(gone.token), Properties: gone.state})
		require.NoError(t, err)
		require.Empty(t, read.ID, "what is gone has no id")
	}
}

// The properties that replace a resource are those the official provider replaces on
// (ForceNew in the Terraform provider's schemas).
func TestReplacements(t *testing.T) {
	e := start(t)
	vpcID, vpcState := e.create(vpcToken, vpcInputs())
	clusterID, clusterState := e.create(clusterToken, clusterInputs(vpcID))
	poolID, poolState := e.create(poolToken, poolInputs(clusterID))
	pool := clusterInputs(vpcID).Get("nodePool").AsMap()
	for name, c := range map[string]struct {
		token, id     string
		state, inputs property.Map
		want          map[string]p.DiffKind
	}{
		"VPC range":    {vpcToken, vpcID, vpcState, vpcInputs().Set("ipRange", property.New("10.0.0.0/20")), map[string]p.DiffKind{"ipRange": p.UpdateReplace}},
		"VPC region":   {vpcToken, vpcID, vpcState, vpcInputs().Set("region", property.New("blr1")), map[string]p.DiffKind{"region": p.UpdateReplace}},
		"VPC name":     {vpcToken, vpcID, vpcState, vpcInputs().Set("name", property.New("x")), map[string]p.DiffKind{"name": p.Update}},
		"cluster name": {clusterToken, clusterID, clusterState, clusterInputs(vpcID).Set("name", property.New("x")), map[string]p.DiffKind{"name": p.Update}},
		"cluster VPC":  {clusterToken, clusterID, clusterState, clusterInputs("other"), map[string]p.DiffKind{"vpcUuid": p.UpdateReplace}},
		"default pool size": {
			clusterToken, clusterID, clusterState,
			clusterInputs(vpcID).Set("nodePool", property.New(pool.Set("size", property.New("c-4")))),
			map[string]p.DiffKind{"nodePool.size": p.UpdateReplace},
		},
		"tags in another order": {
			clusterToken, clusterID, clusterState,
			clusterInputs(vpcID).Set("tags", valueOf([]any{"gomeet", "stack:dev"})), map[string]p.DiffKind{},
		},
		"pool size":       {poolToken, poolID, poolState, poolInputs(clusterID).Set("size", property.New("c-4")), map[string]p.DiffKind{"size": p.UpdateReplace}},
		"pool cluster":    {poolToken, poolID, poolState, poolInputs("other"), map[string]p.DiffKind{"clusterId": p.UpdateReplace}},
		"taints left out": {poolToken, poolID, poolState, poolInputs(clusterID).Delete("taints"), map[string]p.DiffKind{"taints": p.Delete}},
		"unknown cluster": {poolToken, poolID, poolState, poolInputs(clusterID).Set("clusterId", property.New(property.Computed)), map[string]p.DiffKind{"clusterId": p.UpdateReplace}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, e.changes(c.token, c.id, c.state, c.inputs))
		})
	}
}

// The autoscaler's own count is no drift.
func TestAutoscaledPoolKeepsItsCountToItself(t *testing.T) {
	e := start(t)
	vpcID, _ := e.create(vpcToken, vpcInputs())
	clusterID, _ := e.create(clusterToken, clusterInputs(vpcID))
	inputs := poolInputs(clusterID).Delete("nodeCount").
		Set("autoScale", property.New(true)).Set("minNodes", property.New(1.0)).Set("maxNodes", property.New(3.0))
	_, state := e.create(poolToken, inputs)
	require.Equal(t, 1.0, state.Get("actualNodeCount").AsNumber())
}

func TestCheckNamesTheProperty(t *testing.T) {
	e := start(t)
	for name, c := range map[string]struct {
		token  string
		inputs property.Map
		want   string
	}{
		"unknown":        {vpcToken, vpcInputs().Set("cidr", property.New("x")), "cidr"},
		"missing":        {vpcToken, vpcInputs().Delete("region"), "region"},
		"wrong type":     {poolToken, poolInputs("c").Set("nodeCount", property.New("two")), "nodeCount"},
		"unknown nested": {clusterToken, clusterInputs("v").Set("nodePool", property.New(object("name", "a", "size", "b", "zone", "c"))), "nodePool.zone"},
		"an output":      {vpcToken, vpcInputs().Set("createdAt", property.New("now")), "createdAt"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := e.Check(context.Background(), p.CheckRequest{Urn: urn(c.token), Inputs: c.inputs})
			require.NoError(t, err)
			require.Len(t, got.Failures, 1)
			require.Equal(t, c.want, got.Failures[0].Property)
		})
	}
}

func TestPreviewCreatesNothingAndLeavesOutputsUnknown(t *testing.T) {
	e := start(t)
	made, err := e.Create(context.Background(), p.CreateRequest{Urn: urn(clusterToken), Properties: clusterInputs("v"), DryRun: true})
	require.NoError(t, err)
	require.Empty(t, made.ID)
	require.True(t, made.Properties.Get("kubeConfigs").IsComputed())
	require.Equal(t, "c", made.Properties.Get("name").AsString())
}

func TestRefusesEveryEndpointThatIsNotLoopback(t *testing.T) {
	for _, endpoint := range []string{"https://api.digitalocean.com", "http://10.0.0.1:80", "http://[2001:db8::1]", "127.0.0.1", ""} {
		_, err := newClient(endpoint, "t")
		require.ErrorIs(t, err, errNotLoopback, endpoint)
	}
	for _, endpoint := range []string{"http://127.0.0.1:8730", "http://localhost:1", "http://[::1]:80"} {
		_, err := newClient(endpoint, "t")
		require.NoError(t, err, endpoint)
	}
	e := start(t)
	for key, endpoint := range map[string]string{
		"apiEndpoint": "https://api.digitalocean.com", "spacesEndpoint": "https://sgp1.digitaloceanspaces.com",
	} {
		err := e.Configure(context.Background(), p.ConfigureRequest{Args: object(key, endpoint)})
		require.ErrorIs(t, err, errNotLoopback, key)
		require.ErrorContains(t, err, key)
	}
}

// A cluster that exists and never becomes ready is forgotten, as the official provider
// forgets it: "gomeet recover" has to find it.
func TestHalfMadeClusterIsForgotten(t *testing.T) {
	e := start(t)
	vpcID, _ := e.create(vpcToken, vpcInputs())
	e.planes.SetNotReady(func(kube.Node) bool { return true })
	made, err := e.Create(context.Background(), p.CreateRequest{Urn: urn(clusterToken), Properties: clusterInputs(vpcID), Timeout: 0.5})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, made.ID)
	left, _, err := e.behind().Kubernetes.List(context.Background(), nil)
	require.NoError(t, err)
	require.Len(t, left, 1)
}
