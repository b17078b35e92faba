package standin

import (
	"context"
	"maps"
	"slices"
	"testing"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/stretchr/testify/require"
)

// row is what a resource of the table has to do.
type row struct {
	token string
	// inputs makes what the resource needs and says how it is made.
	inputs func(e engine) property.Map
	// outputs are the properties only the cloud knows, secret those among them.
	outputs []string
	secret  string
	// edits are new values of properties that change in place, replaces of those
	// that replace.
	edits, replaces map[string]any
	// clears are the properties that change when the program leaves them out; the
	// others are then the cloud's to choose. The official provider was asked.
	clears []string
	// imported is what a user names the resource by on import, where that is not its id.
	imported func(id string) string
	// behind changes the property that it names behind the engine's back. A resource
	// that nothing changes in place has none.
	behind func(e engine, id string) (property string, err error)
}

func with(inputs property.Map, changes map[string]any) property.Map {
	for name, value := range changes {
		inputs = inputs.Set(name, valueOf(value))
	}
	return inputs
}

// fixed is for a resource that needs no other.
func fixed(pairs ...any) func(engine) property.Map {
	return func(engine) property.Map { return object(pairs...) }
}

// TestRows takes every row through its life.
func TestRows(t *testing.T) {
	all := map[string]row{}
	for _, some := range []map[string]row{nameRows(t), networkRows(), projectRows(), spacesRows(), alertRows()} {
		maps.Copy(all, some)
	}
	for name, r := range all {
		t.Run(name, func(t *testing.T) {
			ctx, e := t.Context(), start(t)
			inputs := r.inputs(e)
			id, state := e.create(r.token, inputs)
			require.NotEmpty(t, id)
			require.Empty(t, e.changes(r.token, id, state, inputs))
			for _, output := range r.outputs {
				require.False(t, empty(state.Get(output)), output)
			}
			if r.secret != "" {
				require.True(t, state.Get(r.secret).Secret())
			}

			if r.imported != nil {
				read, err := e.Read(ctx, p.ReadRequest{ID: r.imported(id), Urn: urn(r.token)})
				require.NoError(t, err)
				require.Equal(t, id, read.ID)
				for _, output := range append(r.outputs, "name") {
					require.Equal(t, state.Get(output), read.Properties.Get(output), output)
				}
				read, err = e.Read(ctx, p.ReadRequest{ID: r.imported("99999"), Urn: urn(r.token)})
				require.NoError(t, err)
				require.Empty(t, read.ID, "nothing of this name exists")
				_, err = e.Read(ctx, p.ReadRequest{ID: id, Urn: urn(r.token)})
				require.ErrorContains(t, err, ", want ")
			}

			kinds := map[string]p.DiffKind{}
			for name, value := range r.replaces {
				require.Equal(t, map[string]p.DiffKind{name: kindOf(changeOf(inputs, name), true)},
					e.changes(r.token, id, state, with(inputs, map[string]any{name: value})))
			}
			require.ElementsMatch(t, r.clears, e.cleared(r.token, id, state, inputs))
			for name := range r.edits {
				kinds[name] = changeOf(state, name)
			}
			if len(r.edits) > 0 {
				changed := with(inputs, r.edits)
				require.Equal(t, kinds, e.changes(r.token, id, state, changed))
				updated, err := e.Update(ctx, p.UpdateRequest{ID: id, Urn: urn(r.token), State: state, Inputs: changed})
				require.NoError(t, err)
				state, inputs = updated.Properties, changed
				require.Empty(t, e.changes(r.token, id, state, inputs))
				e.unchanged(r.token, id, state, inputs)
			} else {
				_, err := e.Update(ctx, p.UpdateRequest{ID: id, Urn: urn(r.token), State: state, Inputs: inputs})
				require.ErrorContains(t, err, "replaces")
			}

			require.Equal(t, len(r.edits) > 0, r.behind != nil)
			if r.behind != nil {
				property, err := r.behind(e, id)
				require.NoError(t, err)
				read, err := e.Read(ctx, p.ReadRequest{ID: id, Urn: urn(r.token), Properties: state, Inputs: inputs})
				require.NoError(t, err)
				drift := slices.Collect(maps.Keys(e.changes(r.token, id, read.Properties, inputs)))
				require.Equal(t, []string{property}, drift, "a refresh finds what changed")
			}
			e.deleteTwice(r.token, id, state)
		})
	}
}

// changeOf says whether giving a property a value changes it or adds it.
func changeOf(state property.Map, name string) p.DiffKind {
	if _, had := state.GetOk(name); had {
		return p.Update
	}
	return p.Add
}

// cleared lists what leaving out changes of what can be left out.
func (e engine) cleared(token, id string, state, inputs property.Map) []string {
	e.t.Helper()
	var all []string
	for _, f := range table[token].spec() {
		if _, given := inputs.GetOk(f.name); given && !f.required && len(e.changes(token, id, state, inputs.Delete(f.name))) > 0 {
			all = append(all, f.name)
		}
	}
	return all
}

func (e engine) unchanged(token, id string, state, inputs property.Map) {
	e.t.Helper()
	read, err := e.Read(context.Background(), p.ReadRequest{ID: id, Urn: urn(token), Properties: state, Inputs: inputs})
	require.NoError(e.t, err)
	require.Equal(e.t, plainMap(state), plainMap(read.Properties))
	require.Equal(e.t, plainMap(inputs), plainMap(read.Inputs))
}

func (e engine) deleteTwice(token, id string, state property.Map) {
	e.t.Helper()
	request := p.DeleteRequest{ID: id, Urn: urn(token), Properties: state}
	require.NoError(e.t, e.Delete(context.Background(), request))
	require.NoError(e.t, e.Delete(context.Background(), request), "deleting twice is deleting once")
	if token == projectResourcesToken {
		return // it is as long as its project is
	}
	read, err := e.Read(context.Background(), p.ReadRequest{ID: id, Urn: urn(token), Properties: state})
	require.NoError(e.t, err)
	require.Empty(e.t, read.ID, "what is gone has no id")
}

const (
	domainToken           = "digitalocean:index/domain:Domain"
	recordToken           = "digitalocean:index/dnsRecord:DnsRecord"
	certificateToken      = "digitalocean:index/certificate:Certificate"
	projectToken          = "digitalocean:index/project:Project"
	projectResourcesToken = "digitalocean:index/projectResources:ProjectResources"
	bucketToken           = "digitalocean:index/spacesBucket:SpacesBucket"
	keyToken              = "digitalocean:index/spacesKey:SpacesKey"
	cdnToken              = "digitalocean:index/cdn:Cdn"
	monitorAlertToken     = "digitalocean:index/monitorAlert:MonitorAlert"
	uptimeCheckToken      = "digitalocean:index/uptimeCheck:UptimeCheck"
	uptimeAlertToken      = "digitalocean:index/uptimeAlert:UptimeAlert"
)
