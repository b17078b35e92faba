package provider_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// scenario is the life of one resource, played to a provider.
type scenario struct {
	name string
	// needs are resources that must exist before. "${name}" in later inputs is
	// their id, "${name.property}" one of their properties.
	needs []need
	// resource is the resource's name without module, such as "Vpc".
	resource string
	inputs   object
	// previewOnly inputs are added in the preview.
	importID string
	// changes are tried one after the other, each on the inputs above.
	changes []change
}

type need struct {
	name, resource string
	inputs         object
}

// change is an edit of a scenario's inputs. A nil value removes the property; a
// path such as "nodePool.size" edits inside an object.
type change struct {
	name  string
	edit  object
	apply bool // do the update, if it is one
}

func typeToken(name string) string {
	return "digitalocean:index/" + strings.ToLower(name[:1]) + name[1:] + ":" + name
}

// transcript is what a provider answered.
type transcript struct {
	Check   object            `json:"check"`
	Preview object            `json:"preview"`
	State   object            `json:"state"`
	ID      string            `json:"id"`
	Refresh *read             `json:"refresh,omitempty"` // if it differs from what was created
	Import  *read             `json:"import"`
	Changes map[string]answer `json:"changes"`
}

type read struct {
	ID     string `json:"id"`
	State  object `json:"state"`
	Inputs object `json:"inputs"`
}

// answer is what a provider said about a change.
type answer struct {
	Diff map[string]string `json:"diff"` // top-level property: "update" or "replace"
	// DeleteFirst is the provider's deleteBeforeReplace.
	DeleteFirst bool   `json:"deleteFirst,omitempty"`
	Preview     object `json:"preview,omitempty"`
	State       object `json:"state,omitempty"`
	Then        any    `json:"then,omitempty"` // a diff that is left after the update
}

// made is a resource that exists.
type made struct {
	urn, id       string
	inputs, state object
}

func (e engine) play(s scenario) transcript {
	e.t.Helper()
	var exist []made
	vars := map[string]string{}
	for _, n := range s.needs {
		m := e.make(n.name, n.resource, expand(e.t, n.inputs, vars))
		exist = append(exist, m)
		vars[n.name] = m.id
		for name, value := range m.state {
			if text, ok := value.(string); ok {
				vars[n.name+"."+name] = text
			}
		}
	}
	inputs := expand(e.t, s.inputs, vars)
	urn := "urn:pulumi:dev::gomeet::" + typeToken(s.resource) + "::subject"
	var out transcript
	checked := e.check(urn, inputs, nil)
	out.Check = checked
	preview := must[*rpc.CreateResponse](e.t, "previewing")(e.Create(context.Background(), &rpc.CreateRequest{
		Urn: urn, Type: typeToken(s.resource), Name: "subject", Properties: marshal(e.t, checked), Preview: true,
	}))
	out.Preview = unmarshal(e.t, preview.Properties)
	subject := e.make("subject", s.resource, inputs)
	out.ID, out.State = subject.id, subject.state
	refreshed := e.read(urn, subject.id, subject.state, subject.inputs)
	if !equal(refreshed, read{subject.id, subject.state, subject.inputs}) {
		out.Refresh = &refreshed
	}
	none := e.diff(subject, subject.inputs)
	require.Empty(e.t, none.Diff, "there is a diff after creation")
	if s.importID != "" {
		imported := e.read(urn, expand(e.t, object{"id": s.importID}, merge(vars, map[string]string{"subject": subject.id}))["id"].(string), nil, nil)
		out.Import = &imported
	}
	out.Changes = map[string]answer{}
	for _, c := range s.changes {
		edited := e.check(urn, edit(e.t, inputs, expand(e.t, c.edit, vars)), subject.inputs)
		a := e.diff(subject, edited)
		if c.apply && len(a.Diff) > 0 {
			a.Preview = e.update(subject, edited, true)
			a.State = e.update(subject, edited, false)
			subject.inputs, subject.state = edited, a.State
			if then := e.diff(subject, edited); len(then.Diff) > 0 {
				a.Then = then.Diff
			}
			// Back to how it was, so that the next change starts from the beginning.
			original := e.check(urn, inputs, edited)
			subject.state = e.update(subject, original, false)
			subject.inputs = original
		}
		out.Changes[c.name] = a
	}
	e.unmake(subject)
	for _, m := range slices.Backward(exist) {
		e.unmake(m)
	}
	return out
}

func merge(a, b map[string]string) map[string]string {
	c := maps.Clone(a)
	maps.Copy(c, b)
	return c
}

func (e engine) make(name, kind string, inputs object) made {
	e.t.Helper()
	urn := "urn:pulumi:dev::gomeet::" + typeToken(kind) + "::" + name
	inputs = e.check(urn, inputs, nil)
	created := must[*rpc.CreateResponse](e.t, "creating "+urn)(e.Create(context.Background(), &rpc.CreateRequest{
		Urn: urn, Type: typeToken(kind), Name: name, Properties: marshal(e.t, inputs),
	}))
	require.NotEmpty(e.t, created.Id)
	return made{urn, created.Id, inputs, unmarshal(e.t, created.Properties)}
}

func (e engine) unmake(m made) {
	e.t.Helper()
	require.NoError(e.t, e.remove(m), "deleting %s", m.urn)
	require.Empty(e.t, e.read(m.urn, m.id, m.state, m.inputs).ID, "what is gone has no id")
}

func (e engine) remove(m made) error {
	_, err := e.Delete(context.Background(), &rpc.DeleteRequest{
		Urn: m.urn, Id: m.id, Properties: marshal(e.t, m.state), OldInputs: marshal(e.t, m.inputs),
	})
	return err
}

func (e engine) check(urn string, inputs, old object) object {
	e.t.Helper()
	response := must[*rpc.CheckResponse](e.t, "checking "+urn)(e.Check(context.Background(), &rpc.CheckRequest{
		Urn: urn, News: marshal(e.t, inputs), Olds: marshal(e.t, old), RandomSeed: []byte("0123456789abcdef0123456789abcdef"),
	}))
	require.Empty(e.t, response.Failures)
	return unmarshal(e.t, response.Inputs)
}

func (e engine) read(urn, id string, state, inputs object) read {
	e.t.Helper()
	response := must[*rpc.ReadResponse](e.t, "reading "+urn)(e.Read(context.Background(), &rpc.ReadRequest{
		Urn: urn, Id: id, Properties: marshal(e.t, state), Inputs: marshal(e.t, inputs),
	}))
	return read{response.Id, unmarshal(e.t, response.Properties), unmarshal(e.t, response.Inputs)}
}

func (e engine) diff(m made, news object) answer {
	e.t.Helper()
	response := must[*rpc.DiffResponse](e.t, "diffing "+m.urn)(e.Diff(context.Background(), &rpc.DiffRequest{
		Urn: m.urn, Id: m.id, Olds: marshal(e.t, m.state), OldInputs: marshal(e.t, m.inputs), News: marshal(e.t, news),
	}))
	a := answer{Diff: map[string]string{}, DeleteFirst: response.DeleteBeforeReplace}
	for _, path := range response.Diffs {
		if name := top(path); a.Diff[name] == "" {
			a.Diff[name] = "update"
		}
	}
	for path, d := range response.DetailedDiff {
		switch d.Kind {
		case rpc.PropertyDiff_ADD_REPLACE, rpc.PropertyDiff_DELETE_REPLACE, rpc.PropertyDiff_UPDATE_REPLACE:
			a.Diff[top(path)] = "replace"
		default:
			if a.Diff[top(path)] == "" {
				a.Diff[top(path)] = "update"
			}
		}
	}
	for _, path := range response.Replaces {
		a.Diff[top(path)] = "replace"
	}
	if response.Changes != rpc.DiffResponse_DIFF_SOME {
		require.Empty(e.t, a.Diff, "there are no changes but a diff")
	}
	return a
}

func top(path string) string {
	if i := strings.IndexAny(path, ".["); i > 0 {
		return path[:i]
	}
	return path
}

func (e engine) update(m made, news object, preview bool) object {
	e.t.Helper()
	response := must[*rpc.UpdateResponse](e.t, fmt.Sprintf("updating %s, preview %t", m.urn, preview))(e.Update(context.Background(), &rpc.UpdateRequest{
		Urn: m.urn, Id: m.id, Olds: marshal(e.t, m.state), OldInputs: marshal(e.t, m.inputs), News: marshal(e.t, news), Preview: preview,
	}))
	return unmarshal(e.t, response.Properties)
}

// edit changes a copy of inputs.
func edit(t *testing.T, inputs, changes object) object {
	t.Helper()
	out := clone(t, inputs)
	for path, value := range changes {
		at := out
		steps := strings.Split(path, ".")
		for _, step := range steps[:len(steps)-1] {
			at = at[step].(object)
		}
		last := steps[len(steps)-1]
		if value == nil {
			delete(at, last)
		} else {
			at[last] = value
		}
	}
	return out
}

// expand replaces the ${...} in a copy of inputs.
func expand(t *testing.T, inputs object, vars map[string]string) object {
	t.Helper()
	text, err := json.Marshal(inputs)
	require.NoError(t, err)
	replaced := string(text)
	for name, value := range vars {
		quoted, err := json.Marshal(value)
		require.NoError(t, err)
		replaced = strings.ReplaceAll(replaced, "${"+name+"}", string(quoted[1:len(quoted)-1]))
	}
	require.NotContains(t, replaced, "${")
	out := object{}
	require.NoError(t, json.Unmarshal([]byte(replaced), &out))
	return out
}

func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
